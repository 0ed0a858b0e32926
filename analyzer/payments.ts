// Single payments, out of what apps say of their business: which were paid and not confirmed, which were paid twice. Bounded memory, stream time.
import { type BusinessBatch, type Payments, paymentsListedMax, type TroubledPayment } from '@fenghuo/rules/contract';
import type { CaseFile } from './case-file.ts';
import { type Engine, emit } from './engine.ts';

/** A confirmation may come so long after the charge before it is missed. */
const graceMs = 5_000;
/** Subjects remembered, and for how long; about 1 KB each. The oldest are forgotten first. */
const subjectsMax = 50_000;
const ageMsMax = 3_600_000;
const evidenceMax = 12;
/** What an incident did to payments shows until after its end: reconciliation takes a while. */
const everyMs = 5_000;
const beforeOnsetMs = 5_000;

type Attempt = { confirmed: boolean; charged: boolean; refunded: boolean; chargedMs: number };
type Subject = {
  readonly firstMs: number;
  amount: number;
  readonly attempts: Map<string, Attempt>;
  readonly evidence: TroubledPayment['evidence'][number][];
};

const begun = (firstMs: number, amount: number): Subject => ({ firstMs, amount, attempts: new Map(), evidence: [] });

export class PaymentBook {
  private readonly subjects = new Map<string, Subject>();
  /** Subjects forgotten because there were too many. */
  forgotten = 0;

  take({ service, events }: BusinessBatch, atMs: number): void {
    for (const { step, subject, ref, amount, party, atMs: saidMs } of events) {
      const known = this.subjects.get(subject) ?? begun(atMs, amount);
      this.subjects.set(subject, known);
      known.amount = amount;
      const attempt = known.attempts.get(ref) ?? { confirmed: false, charged: false, refunded: false, chargedMs: atMs };
      if (known.attempts.size < evidenceMax || known.attempts.has(ref)) known.attempts.set(ref, attempt);
      // Who was told that it is paid has been charged; a statement may say so again.
      if ((step === 'confirmed' || step === 'charged') && !attempt.charged) {
        attempt.charged = true;
        attempt.chargedMs = atMs;
      }
      if (step === 'confirmed') attempt.confirmed = true;
      if (step === 'refunded') attempt.refunded = true;
      if (known.evidence.length < evidenceMax)
        known.evidence.push({ step, ref, atMs: saidMs, by: service, ...(party === undefined ? {} : { party }) });
    }
    for (const oldest of this.subjects.keys()) {
      if (this.subjects.size <= subjectsMax) break;
      this.subjects.delete(oldest);
      this.forgotten++;
    }
  }

  /** Forgets what is old. Subjects stand in the order in which they began. */
  prune(atMs: number): void {
    for (const [subject, { firstMs }] of this.subjects) {
      if (atMs - firstMs <= ageMsMax) break;
      this.subjects.delete(subject);
    }
  }

  /** Payments in trouble that began between two moments and concern somebody, as they stand at `nowMs`. */
  troubled(fromMs: number, nowMs: number, toMs = nowMs, concerns = (_: string): boolean => true): Payments {
    const unconfirmed = { count: 0, amount: 0, listed: [] as TroubledPayment[] };
    const twice = { count: 0, amount: 0, listed: [] as TroubledPayment[] };
    const put = (into: typeof twice, subject: string, of: Subject, charges: number, tooMuch: number): void => {
      into.count++;
      into.amount += tooMuch;
      if (into.listed.length < paymentsListedMax)
        into.listed.push({
          subject,
          amount: of.amount,
          charged: charges * of.amount,
          charges,
          evidence: [...of.evidence],
        });
    };
    for (const [subject, of] of this.subjects) {
      if (of.firstMs < fromMs || of.firstMs > toMs) continue;
      if (!of.evidence.some(({ by, party }) => concerns(by) || (party !== undefined && concerns(party)))) continue;
      const attempts = [...of.attempts.values()];
      const paid = attempts.filter((one) => one.charged && !one.refunded);
      if (paid.length > 1) put(twice, subject, of, paid.length, (paid.length - 1) * of.amount);
      // One confirmed attempt is all that whoever pays needs to know; what was charged beside it is paid twice.
      else if (paid.length === 1 && !attempts.some((one) => one.confirmed) && nowMs - paid[0]!.chargedMs >= graceMs)
        put(unconfirmed, subject, of, 1, of.amount);
    }
    return { unconfirmed, twice };
  }
}

/** Tells an incident's troubled payments every few seconds, where there are other ones than were told. */
export const reconcile = (engine: Engine, file: CaseFile): void => {
  const { atMs } = engine.now;
  if (atMs - file.paymentsMs < everyMs) return;
  file.paymentsMs = atMs;
  const incident = engine.incidents.get(file.id);
  const told = incident?.payments;
  // What began after it was repaired is another incident's, and so is what none of its entities had a hand in.
  const toMs = incident?.clocks.repairedMs ?? atMs;
  const now = engine.payments.troubled(file.onsetMs - beforeOnsetMs, atMs, toMs, (name) => file.affected.has(name));
  const of = ({ unconfirmed, twice }: Payments): string =>
    [unconfirmed.count, unconfirmed.amount, twice.count, twice.amount].join(' ');
  if (of(now) === (told === undefined ? '0 0 0 0' : of(told))) return;
  emit(engine, { type: 'incident.payments', incident: file.id, payments: now });
};
