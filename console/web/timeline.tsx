// The story in order: turns stand by themselves, runs of figures and explained symptoms fold into one line each.
import type { IncidentDocument } from '../server/api.ts';
import { clock, span } from './format.ts';
import { type Lang, t, type Word } from './lang.ts';
import { folded, grouped } from './timeline-groups.ts';

const types: Readonly<Record<string, Word>> = {
  'incident.opened': 'typeOpened',
  'incident.cause': 'typeCause',
  'incident.state': 'typeState',
  'action.planned': 'typeAction',
  'action.state': 'typeAction',
  'page.sent': 'typePage',
  'page.failed': 'typePage',
  'page.muted': 'typePage',
  'incident.note': 'typeNote',
  'incident.assigned': 'typeNote',
  'engine.note': 'typeNote',
};

export const Timeline = ({ of, lang }: { readonly of: IncidentDocument; readonly lang: Lang }) => {
  const onsetMs = Date.parse(of.onsetAt ?? '');
  return (
    <ol className="timeline">
      {grouped(of.timeline).map(({ type, entries }) => {
        const [first] = entries;
        const fold = folded[type];
        return (
          <li key={first.decision} className={type.replace('.', '-')}>
            <time dateTime={first.at ?? ''}>
              {clock(first.at)} <small>+{span(Math.max(0, Date.parse(first.at ?? '') - onsetMs), lang)}</small>
            </time>
            <span className="type">{t(lang, types[type] ?? 'typeFigure')}</span>
            {fold !== undefined && entries.length > 1 ? (
              <details>
                <summary>
                  {entries.length} {t(lang, fold)}
                </summary>
                <ul>
                  {entries.map((entry) => (
                    <li key={entry.decision}>{entry.text[lang]}</li>
                  ))}
                </ul>
              </details>
            ) : (
              <span>{first.text[lang]}</span>
            )}
          </li>
        );
      })}
    </ol>
  );
};
