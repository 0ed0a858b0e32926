// What was done: each action with where it stands on its way, how long that took, and what a person may decide about it.
import type { IncidentDocument } from '../server/api.ts';
import { ask } from './ask.tsx';
import { span } from './format.ts';
import { type Lang, t, term } from './lang.ts';

type Action = IncidentDocument['actions'][number];
/** The way of an action that goes well; another end takes the place of the steps that were not reached. */
const way = ['planned', 'applied', 'verified', 'undone'] as const;
const reached: Readonly<Record<string, number>> = {
  planned: 0,
  awaiting_approval: 0,
  applying: 0,
  applied: 1,
  verified: 2,
  undoing: 2,
  undone: 3,
};

const Steps = ({ of, lang }: { readonly of: Action; readonly lang: Lang }) => {
  const times = [of.plannedAt, of.appliedAt, of.verifiedAt, of.undoneAt];
  const at = reached[of.state] ?? -1;
  return (
    <ol className="steps">
      {way.map((step, i) => (
        <li key={step} className={times[i] !== null || i <= at ? 'done' : ''}>
          {term(lang, step)}
        </li>
      ))}
    </ol>
  );
};

const sinceThen = (from: string | null, to: string | null | number, lang: Lang): string | undefined =>
  from === null || to === null
    ? undefined
    : span(Math.max(0, (typeof to === 'number' ? to : Date.parse(to)) - Date.parse(from)), lang);

export const Actions = ({
  of,
  lang,
  now,
}: {
  readonly of: IncidentDocument;
  readonly lang: Lang;
  readonly now: number;
}) => (
  <ul className="actions" aria-label={t(lang, 'done')}>
    {of.actions.length === 0 && <li className="muted">{t(lang, 'noAction')}</li>}
    {of.actions.map((action) => {
      const press = (verb: 'approve' | 'reject' | 'undo'): void =>
        ask(lang, {
          path: `/api/v1/actions/${encodeURIComponent(action.id)}/${verb}`,
          title: `${t(lang, verb)}: ${action.target} ${action.flag} → ${action.value}`,
          withNote: false,
        });
      const tookHold = sinceThen(action.plannedAt, action.appliedAt, lang);
      const held = sinceThen(action.appliedAt, action.undoneAt ?? now, lang);
      return (
        <li key={action.id}>
          <p>
            <span className={`state ${action.state}`} data-testid="action-state">
              {term(lang, action.state)}
            </span>{' '}
            <b>
              {action.target} {action.flag} → {action.value}
            </b>
          </p>
          <Steps of={action} lang={lang} />
          <p className="muted">
            {action.why[lang]}
            {tookHold !== undefined && ` · ${t(lang, 'applied')} ${tookHold}`}
            {held !== undefined && ` · ${t(lang, 'held')} ${held}`}
          </p>
          {action.state === 'awaiting_approval' && (
            <div className="buttons">
              <button type="button" className="primary" onClick={() => press('approve')}>
                {t(lang, 'approve')}
              </button>
              <button type="button" onClick={() => press('reject')}>
                {t(lang, 'reject')}
              </button>
            </div>
          )}
          {(action.state === 'applied' || action.state === 'verified') && (
            <div className="buttons">
              <button type="button" onClick={() => press('undo')}>
                {t(lang, 'undo')}
              </button>
              <small>{t(lang, 'undoes')}</small>
            </div>
          )}
        </li>
      );
    })}
  </ul>
);
