// Who sends to the collector: what is taken, what is refused and why, and how far the store is behind.
import { type SourcesOverview, sourcesOverview } from '@fenghuo/rules/contract';
import { useEffect, useState } from 'react';
import { Link } from 'wouter';
import { clock } from './format.ts';
import { type Lang, t, useLang } from './lang.ts';
import { useNow } from './now.ts';
import { useStore } from './store.ts';

const EVERY_MS = 5_000;

/** The collector's word, every five seconds; undefined before the first, null while it has none. */
const useSources = (): SourcesOverview | null | undefined => {
  const [said, setSaid] = useState<SourcesOverview | null>();
  useEffect(() => {
    let isShown = true;
    const look = async (): Promise<void> => {
      const found = await fetch('/api/v1/sources')
        .then(async (response) => (response.ok ? sourcesOverview.parse(await response.json()) : null))
        .catch(() => null);
      if (isShown) setSaid(found);
    };
    void look();
    const timer = setInterval(() => void look(), EVERY_MS);
    return () => {
      isShown = false;
      clearInterval(timer);
    };
  }, []);
  return said;
};

const megabytes = (bytes: number): string => `${(bytes / 1_048_576).toFixed(bytes < 10_485_760 ? 1 : 0)} MB`;

const Senders = ({ of, lang }: { readonly of: SourcesOverview; readonly lang: Lang }) => (
  <table className="calls" data-testid="sources">
    <thead>
      <tr>
        <th scope="col">{t(lang, 'sender')}</th>
        <th scope="col">{t(lang, 'seriesLive')}</th>
        <th scope="col">{t(lang, 'samplesTaken')}</th>
        <th scope="col">{t(lang, 'spansTaken')}</th>
        <th scope="col">{t(lang, 'logsTaken')}</th>
        <th scope="col">{t(lang, 'lastHeard')}</th>
      </tr>
    </thead>
    <tbody>
      {of.sources.map(({ name, series, seriesMax, samples, spans, logs, lastMs }) => (
        <tr key={name} className={series >= seriesMax ? 'bad' : ''}>
          <th scope="row">{name}</th>
          <td>
            {series.toLocaleString()} / {seriesMax.toLocaleString()}
          </td>
          <td>{samples.toLocaleString()}</td>
          <td>{spans.toLocaleString()}</td>
          <td>{logs.toLocaleString()}</td>
          <td>{lastMs === undefined ? '–' : clock(new Date(lastMs).toISOString())}</td>
        </tr>
      ))}
    </tbody>
  </table>
);

const Refusals = ({ of, lang }: { readonly of: SourcesOverview; readonly lang: Lang }) => (
  <ul className="plain" data-testid="refusals">
    {of.sources.flatMap(({ name, refused, widest }) =>
      refused.map(({ reason, count, lastMs }) => (
        <li key={`${name} ${reason}`}>
          <b>{name}</b> {reason} × {count.toLocaleString()}{' '}
          <small>
            {t(lang, 'lastHeard')} {clock(new Date(lastMs).toISOString())}
            {reason === 'series_limit' &&
              widest !== undefined &&
              ` · ${t(lang, 'widestLabel')} ${widest.label} (${widest.values})`}
          </small>
        </li>
      )),
    )}
  </ul>
);

/** So long without a word from the analyzer, and what stands on the page is old. */
const STILL_MS = 5_000;

/** Who tells all, and of whom nothing comes: a silent probe, a slow bus, a dead service, or nobody can tell. */
const Watermarks = ({ lang }: { readonly lang: Lang }) => {
  const { graph } = useStore();
  const now = useNow();
  if (graph === undefined) return null;
  const { flowing, troubled, watermarkMs, shown } = graph.sources;
  const behindMs = watermarkMs === null ? 0 : Math.max(0, graph.atMs - watermarkMs);
  const hidden = Object.values(troubled).reduce((sum, n) => sum + n, 0) - shown.length;
  return (
    <section data-testid="watermarks">
      <h2>{t(lang, 'watermarks')}</h2>
      {now - graph.atMs > STILL_MS && (
        <p className="bad">
          {t(lang, 'nothingComes')} {((now - graph.atMs) / 1_000).toFixed(0)} s
        </p>
      )}
      <p>
        {flowing.toLocaleString()} {t(lang, 'sourcesFlow')} {(behindMs / 1_000).toFixed(1)} s
      </p>
      <ul className="plain">
        {shown.map(({ source, state, sinceMs, text }) => (
          <li key={source}>
            <b>{t(lang, state)}</b> {text[lang]} <small>{clock(new Date(sinceMs).toISOString())}</small>
          </li>
        ))}
        {hidden > 0 && (
          <li>
            {hidden.toLocaleString()} {t(lang, 'sourcesMore')}
          </li>
        )}
      </ul>
    </section>
  );
};

const SHED = ['keepsUp', 'sheds1', 'sheds2', 'sheds3'] as const;

/** Whether everything that comes is looked at, and if not what is left out. */
const Analyzer = ({ lang }: { readonly lang: Lang }) => {
  const { graph } = useStore();
  if (graph === undefined) return null;
  const { lagMs, shedLevel, shedSamples } = graph.engine;
  return (
    <section>
      <h2>{t(lang, 'toTheAnalyzer')}</h2>
      <p data-testid="analyzer-load" className={shedLevel > 0 ? 'bad' : ''}>
        {t(lang, SHED[shedLevel] ?? 'sheds3')} {(lagMs / 1_000).toFixed(1)} s
        {shedSamples > 0 && `; ${shedSamples.toLocaleString()} ${t(lang, 'samplesShed')}`}
      </p>
    </section>
  );
};

export const SourcesPage = () => {
  const said = useSources();
  const { lang } = useLang();
  return (
    <>
      {said ? (
        <Collector said={said} lang={lang} />
      ) : (
        <p className="empty">
          {t(lang, said === null ? 'noSources' : 'waiting')} <Link href="/">{t(lang, 'back')}</Link>
        </p>
      )}
      <Watermarks lang={lang} />
      <Analyzer lang={lang} />
    </>
  );
};

/** What the collector says of senders, refusals and the store. */
const Collector = ({ said, lang }: { readonly said: SourcesOverview; readonly lang: Lang }) => {
  return (
    <>
      <section>
        <h1>{t(lang, 'sources')}</h1>
        {said.sources.length === 0 ? (
          <p className="muted">{t(lang, 'nobodySends')}</p>
        ) : (
          <Senders of={said} lang={lang} />
        )}
      </section>
      <section>
        <h2>{t(lang, 'refusals')}</h2>
        {said.sources.every(({ refused }) => refused.length === 0) ? (
          <p className="muted">{t(lang, 'noneHere')}</p>
        ) : (
          <Refusals of={said} lang={lang} />
        )}
      </section>
      <section>
        <h2>{t(lang, 'toTheStore')}</h2>
        <ul className="plain">
          <li>
            {t(lang, 'underWay')}: {said.underWay.requests} / {said.underWay.requestsMax},{' '}
            {megabytes(said.underWay.bytes)} / {megabytes(said.underWay.bytesMax)}
          </li>
          {said.partitions.map(({ partition, bytes, bytesMax, behind }) => (
            <li key={partition}>
              {t(lang, 'partition')} {partition}: {megabytes(bytes)} / {megabytes(bytesMax)}, {behind.toLocaleString()}{' '}
              {t(lang, 'behind')}
            </li>
          ))}
        </ul>
      </section>
    </>
  );
};
