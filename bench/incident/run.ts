// One bank-slow run: the bank turns slow at a moment of chance, stays so a while, recovers; every claim of the reference incident is measured.
import { realClock } from '@fenghuo/kit';
import type { Config } from '../../examples/takeaway/config.ts';
import type { Receiver } from '../lib/receiver.ts';
import { until, type Witness } from './witness.ts';

export type Row = {
  readonly run: number;
  readonly seed: number;
  /** When the bank was told to be slow, epoch ms. */
  readonly fromMs: number;
  /** Customers that arrive a second. */
  readonly rate: number;
  readonly slowMs: number;
  /** From the bank's first delayed request to the cause event on the bus; null where either was not seen. */
  readonly causeMs: number | null;
  readonly cause: string | null;
  readonly right: boolean;
  /** From the cause event to the flag in effect in the payment gateway. */
  readonly flagMs: number | null;
  readonly heldWhileSlow: boolean;
  readonly paidRatio: number | null;
  /** From the bank's recovery to the flag's way back. */
  readonly backMs: number | null;
  readonly closed: boolean;
  readonly opened: number;
  readonly pagesOpen: number;
  readonly pagesResolve: number;
};
type Parts = {
  readonly platform: Config;
  readonly witness: Witness;
  readonly receiver: Receiver;
  readonly random: () => number;
  readonly seed: number;
};

const SLOW_MS = 800;
/** Between an incident's end and the next, at the least. */
const CALM_MS = 5_000;
/** The switch takes this long to show in the customers' own tally, which is written each second. */
const SETTLE_MS = 2_000;

export const runOnce = async (run: number, { platform, witness, receiver, random, seed }: Parts): Promise<Row> => {
  const { decisions, reports } = witness;
  const bank = (query: string): Promise<Response> =>
    fetch(`http://127.0.0.1:${platform.controlPort('bank-a')}/${query}`);
  await realClock.sleep(CALM_MS + random() * 10_000);
  const from = realClock.now();
  const pagesFrom = receiver.pages.length;
  const slowMs = Math.round(18_000 + random() * 10_000);
  await bank(`?ms=${SLOW_MS}`);
  const t0 = await until(10_000, () => witness.firstBadMs(from));
  const named = await until(15_000, () =>
    decisions.find((d) => d.atMs >= from && d.decision.type === 'incident.cause'),
  );
  const cause = named?.decision.type === 'incident.cause' ? named.decision : undefined;
  const flag = await until(5_000, () => reports.find((r) => r.seenMs >= from && r.source === 'lease'));
  await realClock.sleep(Math.max(0, from + slowMs - realClock.now()));
  const healedMs = realClock.now();
  const paidRatio = flag === undefined ? null : witness.paidRatio(flag.seenMs + SETTLE_MS, healedMs);
  const heldWhileSlow = flag !== undefined && !reports.some((r) => r.seenMs > flag.seenMs && r.source !== 'lease');
  await bank('');
  const back = await until(60_000, () => reports.find((r) => r.seenMs >= healedMs && r.source === 'default'));
  const closed = await until(90_000, () =>
    decisions.find(
      ({ atMs, decision: d }) =>
        atMs >= from && d.type === 'incident.state' && d.incident === cause?.incident && d.to === 'closed',
    ),
  );
  // Pages are retried and the last one may still be under way.
  await realClock.sleep(3_000);
  const pager = receiver.pages.slice(pagesFrom).filter((page) => page.path !== '/hook');
  return {
    run,
    seed,
    fromMs: from,
    rate: platform.rate,
    slowMs,
    causeMs: named && t0 !== undefined ? named.atMs - t0 : null,
    cause: cause?.ranking[0]?.entity ?? null,
    right: cause?.ranking[0]?.entity === platform.name('bank-a'),
    flagMs: named && flag ? flag.atMs - named.atMs : null,
    heldWhileSlow,
    paidRatio,
    backMs: back ? back.atMs - healedMs : null,
    closed: closed !== undefined,
    opened: decisions.filter((d) => d.atMs >= from && d.decision.type === 'incident.opened').length,
    // A second trigger under the same key updates the page that is open.
    pagesOpen: new Set(pager.filter((page) => page.action === 'trigger').map((page) => page.key)).size,
    pagesResolve: pager.filter((page) => page.action === 'resolve').length,
  };
};
