// One incident: its cause first and large, then how it spread, what proves it, what was done, what it cost, and why not the others.
import { lazy, Suspense, useEffect, useState } from 'react';
import type { IncidentDocument } from '../server/api.ts';
import { clock, span } from './format.ts';
import { type Lang, t, useLang } from './lang.ts';
import { loadIncident, useStore, write } from './store.ts';

const Graph = lazy(() => import('./graph.tsx'));
const Chart = lazy(() => import('./chart.tsx'));

const useNow = (): number => {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return now;
};

const Clock = ({
  name,
  id,
  onset,
  done,
  due,
  now,
}: {
  readonly name: string;
  readonly id: string;
  readonly onset: string | null;
  readonly done: string | null;
  readonly due: string | null;
  readonly now: number;
}) => {
  const start = onset === null ? now : Date.parse(onset);
  const end = done === null ? now : Date.parse(done);
  const late = due !== null && end > Date.parse(due);
  return (
    <div className={`clock ${done === null ? (late ? 'late' : 'running') : late ? 'late' : 'met'}`} data-testid={id}>
      <b>{span(Math.max(0, end - start))}</b>
      <small>
        {done === null ? '' : '✓ '}
        {name}
      </small>
    </div>
  );
};

const Actions = ({ of, lang }: { readonly of: IncidentDocument; readonly lang: Lang }) => {
  const [error, setError] = useState<string>();
  const act = async (id: string, verb: string): Promise<void> =>
    setError(await write(`/api/v1/actions/${id}/${verb}`, t(lang, 'token')));
  return (
    <section>
      <h2>{t(lang, 'actions')}</h2>
      {of.actions.length === 0 && <p className="empty">{t(lang, 'none')}</p>}
      {of.actions.map((action) => (
        <article key={action.id} className="action">
          <span className={`state ${action.state}`} data-testid="action-state">
            {action.state}
          </span>
          <div>
            <b>
              {action.target} {action.flag} → {action.value}
            </b>
            <p>{action.why[lang]}</p>
          </div>
          {action.state === 'awaiting_approval' && (
            <button type="button" onClick={() => void act(action.id, 'approve')}>
              {t(lang, 'approve')}
            </button>
          )}
          {(action.state === 'applied' || action.state === 'verified') && (
            <button type="button" onClick={() => void act(action.id, 'undo')}>
              {t(lang, 'undo')}
            </button>
          )}
        </article>
      ))}
      {error !== undefined && <p role="alert">{error}</p>}
    </section>
  );
};

export const IncidentPage = ({ id }: { readonly id: string }) => {
  const of = useStore((state) => state.documents[id]);
  const evidence = useStore((state) => state.evidence[id]);
  const graph = useStore((state) => state.graph);
  const { lang } = useLang();
  const [missing, setMissing] = useState(false);
  const now = useNow();
  useEffect(() => {
    void loadIncident(id).then((found) => setMissing(!found));
  }, [id]);
  if (of === undefined) return <p className="empty">{missing ? t(lang, 'missing') : '…'}</p>;
  const marks = [
    { atMs: Date.parse(of.onsetAt ?? ''), colour: '#f0603e' },
    ...of.actions.flatMap((action) =>
      [action.appliedAt, action.undoneAt].flatMap((at) =>
        at === null ? [] : [{ atMs: Date.parse(at), colour: '#4cc38a' }],
      ),
    ),
  ];
  const closedMs = of.closedAt === null ? now : Date.parse(of.closedAt);
  return (
    <>
      <section className={`headline ${of.state === 'closed' ? 'closed' : of.severity}`}>
        <div>
          <span className="state" data-testid="incident-state">
            {of.state}
          </span>
          <span className="muted">
            {of.severity} · {clock(of.onsetAt)} · {of.id} ·{' '}
            <a href={`/api/v1/incidents/${of.id}/report?format=html&lang=${lang}`}>{t(lang, 'report')}</a>
          </span>
        </div>
        <h1 data-testid="incident-cause">{of.cause?.entity ?? t(lang, 'seeking')}</h1>
        <p className="reason">{of.cause?.reasonText[lang] ?? of.title[lang]}</p>
        {of.cause && (
          <p className="muted">
            {of.cause.entityKind.replace('_', ' ')} · {of.cause.kind} · {t(lang, 'confidence')}{' '}
            {of.cause.confidence.toFixed(2)}
          </p>
        )}
        <div className="clocks">
          <Clock
            name={t(lang, 'alert')}
            id="clock-alert"
            onset={of.onsetAt}
            done={of.clocks.alertedAt}
            due={of.clocks.alertDueAt}
            now={closedMs}
          />
          <Clock
            name={t(lang, 'respond')}
            id="clock-respond"
            onset={of.onsetAt}
            done={of.clocks.respondedAt}
            due={of.clocks.respondDueAt}
            now={closedMs}
          />
          <Clock
            name={t(lang, 'repair')}
            id="clock-repair"
            onset={of.onsetAt}
            done={of.clocks.repairedAt}
            due={of.clocks.repairDueAt}
            now={closedMs}
          />
          {of.impact.map((one) => (
            <div className="clock" key={one.kpi} data-testid="impact-lost">
              <b>
                {one.lost.toFixed(0)} {one.unit.replace(/[{}]/g, '')} {t(lang, 'lost')}
              </b>
              <small>
                {one.kpi} · {one.lostLow.toFixed(0)}–{one.lostHigh.toFixed(0)}
              </small>
            </div>
          ))}
        </div>
      </section>
      <div className="columns">
        <div>
          <Actions of={of} lang={lang} />
          <section>
            <h2>{t(lang, 'evidence')}</h2>
            <Suspense fallback={null}>
              {evidence?.slice(0, 3).map((series) => (
                <Chart key={series.series} series={series} marks={marks} />
              ))}
            </Suspense>
          </section>
        </div>
        <div>
          <section>
            <h2>{t(lang, 'services')}</h2>
            <Suspense fallback={<div className="graph" />}>
              {graph && <Graph graph={graph} cause={of.cause?.entity} path={of.path} />}
            </Suspense>
          </section>
          <section>
            <h2>{t(lang, 'others')}</h2>
            <ul className="plain">
              {of.ranking
                .filter((suspect) => suspect.entity !== of.cause?.entity)
                .slice(0, 5)
                .map((suspect) => (
                  <li key={`${suspect.entity} ${suspect.metric}`}>
                    <b>{suspect.entity}</b> {suspect.why[lang]}
                  </li>
                ))}
            </ul>
          </section>
          <section>
            <h2>{t(lang, 'timeline')}</h2>
            <ol className="plain timeline">
              {of.timeline.map((entry) => (
                <li key={entry.decision}>
                  <time>{clock(entry.at)}</time> {entry.text[lang]}
                </li>
              ))}
            </ol>
          </section>
        </div>
      </div>
    </>
  );
};
