// Payments that went wrong in the incident: how many, how much, and each with the events that prove it.
import type { IncidentDocument } from '../server/api.ts';
import { clock } from './format.ts';
import { type Lang, t, term, type Word } from './lang.ts';

type Of = NonNullable<IncidentDocument['payments']>;
const money = (cents: number): string => (cents / 100).toFixed(2);
/** Shown at once; the rest when asked for. */
const SHOWN = 5;

const Sort = ({ of, title, lang }: { readonly of: Of['twice']; readonly title: Word; readonly lang: Lang }) => {
  if (of.count === 0) return null;
  const row = ({ subject, amount, charges, evidence }: Of['twice']['listed'][number]) => (
    <li key={subject}>
      <b>{subject}</b> {money(amount)} {charges > 1 && `× ${charges}`}
      <small>
        {evidence.map(({ step, ref, atMs, party }) => (
          <span key={`${step} ${ref} ${atMs}`} className={`step ${step}`}>
            {clock(new Date(atMs).toISOString())} {term(lang, step)} {ref}
            {party !== undefined && ` · ${party}`}
          </span>
        ))}
      </small>
    </li>
  );
  return (
    <article>
      <h3>
        {t(lang, title)}: {of.count} <small>{money(of.amount)}</small>
      </h3>
      <ul className="plain payments">{of.listed.slice(0, SHOWN).map(row)}</ul>
      {of.listed.length > SHOWN && (
        <details>
          <summary>
            {t(lang, 'furtherPayments')} · {of.count - SHOWN}
          </summary>
          <ul className="plain payments">{of.listed.slice(SHOWN).map(row)}</ul>
        </details>
      )}
    </article>
  );
};

/** Nothing where no payment went wrong. */
export const Payments = ({ of, lang }: { readonly of: IncidentDocument; readonly lang: Lang }) =>
  of.payments === null || of.payments.unconfirmed.count + of.payments.twice.count === 0 ? null : (
    <section data-testid="payments">
      <h2>{t(lang, 'payments')}</h2>
      <Sort of={of.payments.unconfirmed} title="unconfirmed" lang={lang} />
      <Sort of={of.payments.twice} title="twice" lang={lang} />
    </section>
  );
