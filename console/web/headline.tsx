// What is broken, since when, with its numbers; and what to do now.
import type { LiveEvidence } from '@fenghuo/rules/contract';
import type { IncidentDocument } from '../server/api.ts';
import { Actions } from './actions.tsx';
import { adviceFor, decisiveFigure, isStillOff } from './advice.ts';
import { ask } from './ask.tsx';
import { clock, moment, range, span, times, value } from './format.ts';
import { type Lang, t, term } from './lang.ts';

type Props = {
  readonly of: IncidentDocument;
  readonly evidence: LiveEvidence['series'] | undefined;
  readonly lang: Lang;
  readonly now: number;
};

/** The figure that decided, as it was seen then and as it stands now. */
const Figures = ({ of, evidence, lang }: Omit<Props, 'now'>) => {
  const decisive = decisiveFigure(of);
  if (of.cause === null || decisive === undefined) return null;
  const { seen, expected, unit, low, high, caller, stat } = decisive;
  const live = evidence?.find((one) => one.series === decisive.series)?.points.at(-1)?.seen ?? null;
  return (
    <dl className="figures">
      <div className="bad">
        <dt>{t(lang, 'seen')}</dt>
        <dd>
          {value(seen, unit)} <small>{times(seen, expected)}</small>
        </dd>
      </div>
      <div>
        <dt>{t(lang, 'expected')}</dt>
        <dd>
          {value(expected, unit)} <small>{range(low, high, unit)}</small>
        </dd>
      </div>
      {live !== null && of.state !== 'closed' && (
        <div className={isStillOff(decisive, live) ? 'bad' : 'good'}>
          <dt>{t(lang, 'now')}</dt>
          <dd>{value(live, unit)}</dd>
        </div>
      )}
      <div className="what">
        <dt>
          {term(lang, of.cause.entityKind)} · {term(lang, of.cause.kind)} · {t(lang, 'confidence')}{' '}
          {of.cause.confidence.toFixed(2)}
        </dt>
        <dd>
          {caller === undefined ? decisive.entity : `${caller} → ${decisive.entity}`} · {of.cause.metric} {stat ?? ''}
        </dd>
      </div>
    </dl>
  );
};

export const Headline = ({ of, evidence, lang, now }: Props) => {
  const advice = adviceFor(of);
  const onsetMs = Date.parse(of.onsetAt ?? '');
  const isToday = now - onsetMs < 12 * 3_600_000;
  const path = `/api/v1/incidents/${encodeURIComponent(of.id)}`;
  const isClosed = of.state === 'closed';
  return (
    <section className={`headline ${isClosed ? 'closed' : of.severity}`}>
      <div className="broken">
        <p className="chips">
          <span className={`state ${of.state}`} data-testid="incident-state">
            {term(lang, of.state)}
          </span>
          <span>{term(lang, of.severity)}</span>
          <span>
            {isClosed
              ? t(lang, 'lasted')
              : `${t(lang, 'since')} ${isToday ? clock(of.onsetAt) : moment(of.onsetAt, lang)} ·`}{' '}
            <b>{span(Math.max(0, (of.closedAt === null ? now : Date.parse(of.closedAt)) - onsetMs), lang)}</b>
          </span>
          <span className="muted">{of.id}</span>
        </p>
        <h1 data-testid="incident-cause">{of.cause?.entity ?? t(lang, 'seeking')}</h1>
        <p className="reason">{of.cause?.reasonText[lang] ?? of.title[lang]}</p>
        <Figures of={of} evidence={evidence} lang={lang} />
      </div>
      <div className={`now ${advice.tone}`}>
        <h2>{t(lang, 'whatNow')}</h2>
        <p className="advice" role="status">
          {advice.text[lang]}
        </p>
        <Actions of={of} lang={lang} now={now} />
        <div className="buttons">
          {(of.state === 'open' || of.state === 'suspected') && (
            <button
              type="button"
              className="primary"
              onClick={() => ask(lang, { path: `${path}/ack`, title: t(lang, 'ack'), withNote: false })}
            >
              {t(lang, 'ack')}
            </button>
          )}
          <button
            type="button"
            onClick={() => ask(lang, { path: `${path}/note`, title: t(lang, 'note'), withNote: true })}
          >
            {t(lang, 'note')}
          </button>
          <a className="button" href={`${path}/report?format=html&lang=${lang}`}>
            {t(lang, 'report')}
          </a>
        </div>
      </div>
    </section>
  );
};
