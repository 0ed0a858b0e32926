// The first page: is anything wrong now, what do customers feel, who calls whom, what was wrong before.
import { lazy } from 'react';
import { Link } from 'wouter';
import type { IncidentItem } from '../server/api.ts';
import { Budget } from './budget.tsx';
import { clock, moment, range, span, value } from './format.ts';
import { type Lang, t, term, useLang } from './lang.ts';
import { useNow } from './now.ts';
import { Part } from './part.tsx';
import { useStore } from './store.ts';

const Graph = lazy(() => import('./graph.tsx'));
const DAY_MS = 86_400_000;

/** A KPI's last minutes as one line; a gap where nothing was measured. */
const Spark = ({ points }: { readonly points: readonly (number | null)[] }) => {
  const known = points.filter((p) => p !== null);
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const y = (p: number): number => (high - low < 1e-9 ? 15 : 28 - ((p - low) / (high - low)) * 26);
  const line = points.flatMap((p, i) =>
    p === null ? [] : [`${((i / Math.max(1, points.length - 1)) * 100).toFixed(2)},${y(p).toFixed(2)}`],
  );
  return (
    <svg viewBox="0 0 100 30" preserveAspectRatio="none" aria-hidden="true">
      <polyline points={line.join(' ')} />
    </svg>
  );
};

export const Row = ({
  item,
  lang,
  now,
}: {
  readonly item: IncidentItem;
  readonly lang: Lang;
  readonly now: number;
}) => {
  const onsetMs = Date.parse(item.onsetAt ?? '');
  const endMs = item.closedAt === null ? now : Date.parse(item.closedAt);
  return (
    <li>
      <Link
        href={`/incidents/${encodeURIComponent(item.id)}`}
        className={`row ${item.state === 'closed' ? 'closed' : item.severity}`}
        data-testid="incident-row"
      >
        <span className={`state ${item.state}`}>{term(lang, item.state)}</span>
        <strong>{item.cause?.entity ?? t(lang, 'seeking')}</strong>
        <span className="when">
          <time dateTime={item.onsetAt ?? ''}>
            {now - onsetMs < DAY_MS ? clock(item.onsetAt) : moment(item.onsetAt, lang)}
          </time>{' '}
          · {span(Math.max(0, endMs - onsetMs), lang)}
        </span>
        <span className="why">{item.cause?.reasonText[lang] ?? item.title[lang]}</span>
      </Link>
    </li>
  );
};

export const Overview = () => {
  const { graph, items, history } = useStore();
  const { lang } = useLang();
  const now = useNow();
  if (graph === undefined && items.length === 0) return <p className="empty">{t(lang, 'waiting')}</p>;
  const ongoing = items.filter((item) => item.state !== 'closed');
  const earlier = items.filter((item) => item.state === 'closed');
  return (
    <>
      <h1 className="hidden">{t(lang, 'overview')}</h1>
      <section aria-live="polite">
        <h2>
          {t(lang, 'incidents')}
          {ongoing.length > 0 && ` · ${ongoing.length} ${t(lang, 'ongoing')}`}
        </h2>
        {ongoing.length === 0 && <p className="well">✓ {t(lang, 'calm')}</p>}
        <ul className="incidents ongoing">
          {ongoing.map((item) => (
            <Row key={item.id} item={item} lang={lang} now={now} />
          ))}
        </ul>
      </section>
      <section className="tiles">
        {graph?.kpis.map((kpi) => (
          <article key={kpi.kpi} className={kpi.anomaly > 0.9 ? 'tile kpi bad' : 'tile kpi'} data-testid="kpi-tile">
            <h3>
              {kpi.title[lang]} <small>{term(lang, kpi.audience)}</small>
            </h3>
            <p className="figure">{value(kpi.value, kpi.unit)}</p>
            <Spark points={history[kpi.kpi] ?? []} />
            <small>
              {t(lang, 'expected')} {value(kpi.expected, kpi.unit)} ({range(kpi.low, kpi.high, kpi.unit, true)})
            </small>
          </article>
        ))}
      </section>
      {graph !== undefined && graph.slos.length > 0 && (
        <section>
          <h2>{t(lang, 'budgets')}</h2>
          <div className="tiles budgets">
            {graph.slos.map((slo) => (
              <Budget key={slo.slo} of={slo} lang={lang} withService />
            ))}
          </div>
        </section>
      )}
      <div className={earlier.length > 0 ? 'overview columns' : 'overview'}>
        <section>
          <h2>{t(lang, 'services')}</h2>
          {graph && (
            <Part lang={lang} fallback={<div className="graph" />}>
              <Graph graph={graph} cause={ongoing[0]?.cause?.entity} path={[]} lang={lang} />
            </Part>
          )}
        </section>
        {earlier.length > 0 && (
          <section>
            <h2>{t(lang, 'earlier')}</h2>
            <ul className="incidents">
              {earlier.map((item) => (
                <Row key={item.id} item={item} lang={lang} now={now} />
              ))}
            </ul>
          </section>
        )}
      </div>
    </>
  );
};
