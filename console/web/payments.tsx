// Payments that went wrong in the incident: how many, how much, and each with the events that prove it.
import type { IncidentDocument } from '../server/api.ts';
import { clock } from './format.ts';
import { type Lang, t, term, type Word } from './lang.ts';

type Of = NonNullable<IncidentDocument['payments']>;
const money = (cents: number): string => (cents / 100).toFixed(2);
/** Shown at once; the rest when asked for. */
const SHOWN = 5;

const Sort = ({ of, title, lang }: { readonly of: Of['twice']; readonly title: Word; readonly lang: Lang }) => {
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

/** The sorts of which there are any; none where no payment went wrong. */
const sortsOf = ({
  payments,
}: IncidentDocument): { readonly title: 'unconfirmed' | 'twice'; readonly of: Of['twice'] }[] =>
  (['unconfirmed', 'twice'] as const).flatMap((title) =>
    payments === null || payments[title].count === 0 ? [] : [{ title, of: payments[title] }],
  );

/** How many and how much, among the figures at the top; each leads to its list. */
export const PaymentTiles = ({ of, lang }: { readonly of: IncidentDocument; readonly lang: Lang }) =>
  sortsOf(of).map(({ title, of: { count, amount } }) => (
    <a className="tile bad" key={title} href="#payments">
      <small>{t(lang, title)}</small>
      <b>{count}</b>
      <small>{money(amount)}</small>
    </a>
  ));

export const Payments = ({ of, lang }: { readonly of: IncidentDocument; readonly lang: Lang }) => {
  const sorts = sortsOf(of);
  return sorts.length === 0 ? null : (
    <section id="payments" data-testid="payments">
      <h2>{t(lang, 'payments')}</h2>
      {sorts.map((sort) => (
        <Sort key={sort.title} {...sort} lang={lang} />
      ))}
    </section>
  );
};
