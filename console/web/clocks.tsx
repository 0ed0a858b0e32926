// The 1-5-30 clocks, what it cost so far, and what customers feel now: one row of figures.
import type { LiveGraph } from '@fenghuo/rules/contract';
import type { IncidentDocument } from '../server/api.ts';
import { span, value } from './format.ts';
import { type Lang, t, term, type Word } from './lang.ts';
import { PaymentTiles } from './payments.tsx';

type ClockProps = {
  readonly name: Word;
  readonly onset: string | null;
  readonly done: string | null;
  readonly by?: string | null;
  readonly due: string | null;
  readonly closed: string | null;
  readonly now: number;
  readonly lang: Lang;
};

const Clock = ({ name, onset, done, by, due, closed, now, lang }: ClockProps) => {
  const start = onset === null ? now : Date.parse(onset);
  const dueMs = due === null ? start : Date.parse(due);
  const end = done ?? closed;
  const took = Math.max(0, (end === null ? now : Date.parse(end)) - start);
  const limit = dueMs - start;
  const isLate = took > limit;
  // Closed before anybody had to: no clock of it was missed.
  const state =
    done === null && closed !== null && !isLate ? 'unneeded' : isLate ? 'late' : done === null ? 'runs' : 'met';
  return (
    <div className={`tile clock ${state}`} data-testid={`clock-${name}`}>
      <small>
        {t(lang, name)} · {t(lang, 'within')} {Math.round(limit / 60_000)} {t(lang, 'minutes')}
      </small>
      <b>{state === 'unneeded' ? '–' : span(took, lang)}</b>
      <meter
        min={0}
        max={limit}
        value={Math.min(took, limit)}
        aria-label={`${t(lang, name)}: ${span(took, lang)}`}
        className={state}
      />
      <small>
        {state === 'met' ? '✓' : t(lang, state)} {by ?? ''}
      </small>
    </div>
  );
};

type Props = {
  readonly of: IncidentDocument;
  readonly kpis: LiveGraph['kpis'];
  readonly lang: Lang;
  readonly now: number;
};

export const Clocks = ({ of, kpis, lang, now }: Props) => {
  const { clocks, onsetAt: onset, closedAt: closed } = of;
  const shared = { onset, closed, now, lang };
  const titles = new Map(kpis.map((kpi) => [kpi.kpi, kpi.title[lang]]));
  return (
    <section className="tiles" aria-label={t(lang, 'clocks')}>
      <Clock name="alert" done={clocks.alertedAt} by={clocks.alertedBy} due={clocks.alertDueAt} {...shared} />
      <Clock name="respond" done={clocks.respondedAt} by={clocks.respondedBy} due={clocks.respondDueAt} {...shared} />
      <Clock name="repair" done={clocks.repairedAt} due={clocks.repairDueAt} {...shared} />
      {of.impact.map((one) => (
        <div className={`tile ${one.lostLow > 0 ? 'bad' : ''}`} key={one.kpi} data-testid="impact-lost">
          <small>
            {t(lang, 'impact')} · {term(lang, one.audience)}
          </small>
          <b>{value(Math.round(one.lost), one.unit)}</b>
          <small>
            {titles.get(one.kpi) ?? one.kpi} · {Math.round(one.lostLow)} – {Math.round(one.lostHigh)}{' '}
            {t(lang, 'losing')}
          </small>
        </div>
      ))}
      <PaymentTiles of={of} lang={lang} />
      {of.state !== 'closed' &&
        kpis
          .filter((kpi) => kpi.audience === 'customers')
          .map((kpi) => (
            <div className={`tile ${kpi.anomaly > 0.9 ? 'bad' : ''}`} key={kpi.kpi}>
              <small>
                {kpi.title[lang]} · {t(lang, 'now')}
              </small>
              <b>{value(kpi.value, kpi.unit)}</b>
              <small>
                {t(lang, 'expected')} {value(kpi.expected, kpi.unit)}
              </small>
            </div>
          ))}
    </section>
  );
};
