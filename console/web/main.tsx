// The console in the browser: two pages over one live store.
import { createRoot } from 'react-dom/client';
import { Link, Route, Switch } from 'wouter';
import { IncidentPage } from './incident.tsx';
import { t, useLang } from './lang.ts';
import { Overview } from './overview.tsx';
import { useStore } from './store.ts';
import './style.css';

const App = () => {
  const { connected, graph } = useStore();
  const { lang, setLang } = useLang();
  return (
    <>
      <header>
        <Link href="/" className="brand">
          烽火 <span>Fenghuo</span>
        </Link>
        <span className={connected ? 'pill ok' : 'pill bad'} data-testid="live-indicator" role="status">
          {connected ? t(lang, 'live') : t(lang, 'reconnecting')}
        </span>
        {graph && (
          <span className="pulse">
            {graph.engine.series.toLocaleString()} {t(lang, 'series')} · {t(lang, 'lag')}{' '}
            {Math.round(graph.engine.lagMs)} ms
          </span>
        )}
        <button type="button" onClick={() => setLang(lang === 'en' ? 'zh' : 'en')}>
          {lang === 'en' ? '中文' : 'English'}
        </button>
      </header>
      <main>
        <Switch>
          <Route path="/incidents/:id">{({ id }) => <IncidentPage id={id} key={id} />}</Route>
          <Route>
            <Overview />
          </Route>
        </Switch>
      </main>
    </>
  );
};

const root = document.getElementById('root');
if (root) createRoot(root).render(<App />);
