// The first page: what customers feel, who calls whom, what is wrong.
import { lazy, Suspense } from 'react';
import { Link } from 'wouter';
import { clock, value } from './format.ts';
import { t, useLang } from './lang.ts';
import { useStore } from './store.ts';

const Graph = lazy(() => import('./graph.tsx'));

/** A KPI's last minutes as one line. */
const Spark = ({ points }: { readonly points: readonly (number | null)[] }) => {
  const known = points.filter((p) => p !== null);
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const line = points
    .map(
      (p, i) =>
        `${(i / Math.max(1, points.length - 1)) * 100},${p === null ? 15 : 28 - ((p - low) / Math.max(high - low, 1e-9)) * 26}`,
    )
    .join(' ');
  return (
    <svg viewBox="0 0 100 30" preserveAspectRatio="none" aria-hidden="true">
      <polyline points={line} />
    </svg>
  );
};

export const Overview = () => {
  const { graph, items, history } = useStore();
  const { lang } = useLang();
  if (graph === undefined && items.length === 0) return <p className="empty">{t(lang, 'waiting')}</p>;
  return (
    <>
      <section className="tiles">
        {graph?.kpis.map((kpi) => (
          <article key={kpi.kpi} className={kpi.anomaly > 0.9 ? 'tile bad' : 'tile'} data-testid="kpi-tile">
            <h3>{kpi.title[lang]}</h3>
            <p className="figure">{value(kpi.value, kpi.unit)}</p>
            <Spark points={history[kpi.kpi] ?? []} />
            <small>
              {t(lang, 'expected')} {value(kpi.expected, kpi.unit)}
            </small>
          </article>
        ))}
      </section>
      <div className="columns">
        <section>
          <h2>{t(lang, 'incidents')}</h2>
          {items.length === 0 && <p className="empty calm">{t(lang, 'calm')}</p>}
          <ul className="incidents">
            {items.map((item) => (
              <li key={item.id}>
                <Link
                  href={`/incidents/${item.id}`}
                  className={`row ${item.state === 'closed' ? 'closed' : item.severity}`}
                  data-testid="incident-row"
                >
                  <span className="state">{item.state}</span>
                  <strong>{item.cause?.entity ?? t(lang, 'seeking')}</strong>
                  <span className="why">{item.cause?.reasonText[lang] ?? item.title[lang]}</span>
                  <time>{clock(item.onsetAt)}</time>
                </Link>
              </li>
            ))}
          </ul>
        </section>
        <section>
          <h2>{t(lang, 'services')}</h2>
          {graph && (
            <Suspense fallback={<div className="graph" />}>
              <Graph graph={graph} cause={items.find((item) => item.state !== 'closed')?.cause?.entity} path={[]} />
            </Suspense>
          )}
        </section>
      </div>
    </>
  );
};
