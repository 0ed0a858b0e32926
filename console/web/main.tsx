// The console in the browser: pages over one live store, and above both whether what they show is true now.
import { createRoot } from 'react-dom/client';
import { Link, Route, Switch } from 'wouter';
import { AskDialog } from './ask.tsx';
import { clock } from './format.ts';
import { IncidentPage } from './incident.tsx';
import { t, useLang } from './lang.ts';
import { useNow } from './now.ts';
import { Overview } from './overview.tsx';
import { ServicePage } from './service.tsx';
import { SourcesPage } from './sources.tsx';
import { useStore } from './store.ts';
import './theme.css';
import './shell.css';
import './overview.css';
import './service.css';
import './incident.css';
import './evidence.css';

/** The engine speaks each second; after so long without a word its figures are old. */
const STALE_MS = 6_000;

/** Says plainly when the page shows the past. */
const Stale = () => {
  const connected = useStore((state) => state.connected);
  const heardMs = useStore((state) => state.heardMs);
  const { lang } = useLang();
  const now = useNow();
  if (heardMs === 0 || (connected && now - heardMs < STALE_MS)) return null;
  return (
    <p className="stale" role="alert">
      {t(lang, connected ? 'stale' : 'offline')} {clock(new Date(heardMs).toISOString())}.
    </p>
  );
};

/** How much the engine watches, and how far behind the present it is. */
const Pulse = () => {
  const engine = useStore((state) => state.graph?.engine);
  const { lang } = useLang();
  if (engine === undefined) return null;
  return (
    <span className="pulse">
      {engine.series.toLocaleString()} {t(lang, 'series')} · {t(lang, 'lag')} {Math.round(engine.lagMs)} ms
    </span>
  );
};

const App = () => {
  const connected = useStore((state) => state.connected);
  const { lang, setLang } = useLang();
  return (
    <>
      <a className="skip" href="#main">
        {t(lang, 'skip')}
      </a>
      <header>
        <Link href="/" className="brand">
          <svg viewBox="0 0 16 20" width="16" height="20" aria-hidden="true">
            <path d="M8 0c1 4 6 6 6 12a6 6 0 0 1-12 0c0-3 2-4 3-6 .6 1.400 1.500 2 2 2 1-2 .5-5 1-8z" />
          </svg>
          {t(lang, 'brand')}
        </Link>
        <span className={connected ? 'pill ok' : 'pill bad'} data-testid="live-indicator" role="status">
          {t(lang, connected ? 'live' : 'reconnecting')}
        </span>
        <Pulse />
        <Link href="/sources">{t(lang, 'sources')}</Link>
        <button
          type="button"
          lang={lang === 'en' ? 'zh-CN' : 'en'}
          onClick={() => setLang(lang === 'en' ? 'zh' : 'en')}
        >
          {lang === 'en' ? '中文' : 'English'}
        </button>
      </header>
      <Stale />
      <main id="main">
        <Switch>
          <Route path="/incidents/:id">{({ id }) => <IncidentPage id={id} key={id} />}</Route>
          <Route path="/services/:name">
            {({ name }) => <ServicePage name={decodeURIComponent(name)} key={name} />}
          </Route>
          <Route path="/sources">
            <SourcesPage />
          </Route>
          <Route>
            <Overview />
          </Route>
        </Switch>
      </main>
      <AskDialog lang={lang} />
    </>
  );
};

const root = document.getElementById('root');
if (root) createRoot(root).render(<App />);
