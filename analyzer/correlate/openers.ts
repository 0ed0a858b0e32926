// What stirs now, and how seldom chance shows it: a figure by itself, what its callee confesses, and what others see of the same callee.
import { type Anomaly, type DetectorRule, limits, type Stat } from '@fenghuo/rules/contract';
import { RING } from '../detect/bank.ts';
import type { Engine } from '../engine.ts';
import { waitMsMax } from '../kpi.ts';
import { isHeard } from '../layout.ts';
import { matters } from '../matters.ts';
import type { Series } from '../series.ts';
import type { Watch } from '../watch.ts';
import { agreement } from './agreement.ts';
import { anew } from './anew.ts';
import { callsBehind, slowestEnded, weighed } from './calls.ts';
import { confessed } from './confessed.ts';
import { mayOpenEarly } from './early.ts';
import { failing } from './failing.ts';
import { failuresIn, failuresSinceCalm, isOfFailures, leastFailures } from './failures.ts';
import { goneNats } from './gone.ts';
import { held } from './held.ts';
import { bodyTicks, opens } from './opening.ts';
import { type Against, againstPeers, hasPeers } from './peers.ts';
import { planned } from './planned.ts';
import { natsNeeded, natsPlain, tickNatsMax } from './rarity.ts';
import { rushes } from './rush.ts';
import { plainlySlow, slowEdges, told } from './slow.ts';
import { tickS, unanswered, waitedBefore } from './unanswered.ts';
import { nothing, type Weighed } from './weighed.ts';

export type Opener = {
  readonly one: Series;
  readonly anomaly: Anomaly;
  readonly ticks: number;
  /** Whether it is too rare for chance anywhere on the platform, so that it may open an incident of its own. */
  readonly isRare: boolean;
  /** Rarer than that by a whole tick more: beyond doubt. */
  readonly isPlain: boolean;
  /** More than late, which a trouble leaves others: it says nothing any more itself, or, beyond doubt, calls to it fail or have had no answer for a whole tick. */
  readonly isUnserved: boolean;
  /** The calls behind it by those that are usual. */
  readonly demand: number;
};

/** A figure that stirs, with what it is worth. */
export type Stirring = {
  readonly one: Series;
  readonly rule: DetectorRule;
  /** Nats against chance of the figure itself, in how many ticks, and over how many back from the present. */
  readonly shown: number;
  readonly ticks: number;
  readonly span: number;
  /** Whole ticks in which calls had no answer for longer than matters. */
  readonly waited: number;
  readonly own: Weighed | undefined;
  /** Set where it is its peers that tell what is usual. */
  readonly peers: Against | undefined;
  readonly isAge: boolean;
  readonly isGone: boolean;
  /** False where only an early look shows so much, and the ticks before it do not know enough for a cause. */
  readonly mayOpen: boolean;
};

/** Ticks in a row whose mean or slowest tenth is slow are no single call's doing. */
const lastingTicks = 3;
/** Figures that one slow call may make: a mean, and of few calls also their slowest tenth. */
const ofOneCall: ReadonlySet<Stat | undefined> = new Set(['mean', 'p90']);
/** Ticks that a figure must have been slow for before the detector has made up its mind and without its callee's confession. */
const ticksAlone = (watch: Watch, one: Series, calls = 1): number => {
  if (!ofOneCall.has(one.meta.stat)) return 1;
  return callsBehind(watch, one, calls) < 2 ? lastingTicks : bodyTicks;
};

/** The calls behind a figure's last sample by those that are usual; 1 where nobody counts them. */
const crowd = (watch: Watch, one: Series): number => {
  const [now, counts] = [watch.callsOf(one), watch.groups.counts.get(one.calls)];
  if (now === undefined || counts === undefined) return 1;
  const aTick = watch.bank.laid.has(one.index) ? limits.tickMs / limits.earlyMs : 1;
  return (aTick * now) / Math.max(1, watch.bank.baseline(counts.index).location);
};

/** Figures of customers told lately: what they are worth by what matters is asked before the bank, which has seen them fall before, is surprised. */
const ofCustomers = ({ kpis, tickMs }: Engine): readonly number[] =>
  kpis.all.flatMap(({ series }) => (series.lastMs >= tickMs - waitMsMax ? [series.index] : []));

/** Indices of what an early look tells of calls that may open an incident. */
const laidOf = ({ bank, series, opens }: Watch): readonly number[] =>
  [...bank.laid].filter((index) => opens.has(series.get(index)!.meta.class));

/** Indices of what is anomalous and may open an incident, of what fails, of what is slow and of what customers feel, each once. */
const indices = (engine: Engine): ReadonlySet<number> => {
  const { opening, failed } = engine.watch;
  const found = new Set<number>();
  for (const index of opening) if (!failed.few.has(index)) found.add(index);
  for (const some of [
    failed.ofEdges,
    failed.own,
    slowEdges(engine.watch, engine.tickMs),
    ofCustomers(engine),
    laidOf(engine.watch),
  ])
    for (const index of some) found.add(index);
  return found;
};

/** The last samples of the series in hand: an array each would cost more than the look. */
const samples = new Float64Array(RING);

/**
 * Whether the last ticks' failures are too few to matter: most of a fleet's are, so it is asked before anything dearer. Where frame by frame it is seen
 * whether one fails, that there were too few is remembered until then.
 */
const areFew = (watch: Watch, one: Series, rule: DetectorRule): boolean => {
  const count = watch.bank.copySince(one.index, 0, samples, 0);
  const least = leastFailures(one, rule);
  if (failuresIn(samples, count) < least) {
    if (isHeard(one)) watch.failed.few.add(one.index);
    return true;
  }
  // Where nobody counts the calls, a trouble has more than the least, for some would have failed anyway, and ends with the first calm.
  return failuresSinceCalm(samples, count) <= least && !watch.groups.counts.has(one.calls) && !hasPeers(watch, one);
};

/** What one figure is worth by itself; undefined where it says nothing that matters. */
const weigh = ({ watch, tickMs }: Engine, one: Series): Stirring | undefined => {
  const rule = watch.opens.get(one.meta.class);
  if (rule === undefined) return undefined;
  // What is below the floor has not risen by it, whatever is expected; no latency is negative.
  if (one.meta.class === 'latency' && Math.fround(one.last) < (rule.floor[one.meta.unit] ?? 0)) return undefined;
  // Most of what stirs on a large platform is too small to matter: of errors that is seen at their sum, of all else at the last figure.
  if (isOfFailures(one) && areFew(watch, one, rule)) return undefined;
  // Of failures it is not asked, and a fleet has many that fail now and then.
  let usual: number | undefined;
  const is = (value: number): boolean => {
    usual ??= watch.expected(one).expected;
    return matters(value, usual, one.meta.bad, rule, one.meta.unit);
  };
  if (one.meta.class !== 'errors' && !is(Math.fround(one.last))) return undefined;
  const isAge = one.meta.class === 'latency' && watch.groups.ages.get(one.calls) === one;
  const plain = isAge ? nothing : weighed(watch, one, is, rule);
  const peers = againstPeers(watch, one, rule, tickMs);
  const ended = peers !== undefined && peers.nats > plain.nats ? peers : plain;
  // Slowness shows by the calls that wait before they end, and so does what fails in the end.
  const isLate = one.meta.class === 'latency';
  const ofCalls = isLate || ended.ticks > 0 ? watch.opens.get('latency') : undefined;
  const waits = ofCalls === undefined ? nothing : unanswered(watch, one, ofCalls);
  const suffered = isAge || ended.ticks > 0 ? Math.max(ended.ticks, isLate ? waits.ticks : 0) : 0;
  const own = suffered > 0 ? confessed(watch, one, Math.max(ended.nats, waits.nats), tickMs) : undefined;
  // An early look adds to what whole ticks have shown: beside one it is another, by itself it is none.
  const isEarly = watch.bank.laid.has(one.index);
  const carried = isEarly && suffered === 1 && waitedBefore(watch, one) ? 1 : 0;
  const ticks = Math.max(suffered, own?.ticks ?? 0) + carried;
  if (ticks < (isEarly ? 2 : 1)) return undefined;
  const mayOpen = !isEarly || mayOpenEarly(watch, one, ticks - 1, ended.ticks - 1);
  const failed = one.meta.class === 'errors' && one.meta.caller !== undefined && ended.ticks > 0;
  // Calls that wait now are others than those that ended; of one tick all together count no more than a tick does.
  const beside = Math.max(0, Math.min(waits.now ?? 0, tickNatsMax - (ended.now ?? 0)));
  const gone = failed ? goneNats(watch, one.meta.entity, tickMs) : 0;
  const waited = waits.ticks - (isEarly ? 1 : 0);
  // While one hangs for a whole tick, others that hang as well may have been given up on.
  const givenUp = isAge && waited >= bodyTicks ? slowestEnded(watch, one, rule) : 0;
  const shown = Math.max(ended.nats + beside, isLate ? waits.nats : 0) + gone + givenUp;
  const span = Math.max(ticks, ended.span ?? 0);
  const [isGone, held] = [gone > 0, ended === peers ? peers : undefined];
  return { one, rule, shown, ticks, span, waited, own, isAge, isGone, mayOpen, peers: held };
};

/** Nats that are no chance on this platform. Who looks twice a tick sees twice the chance. */
const neededNow = ({ groups, bank }: Watch): number =>
  natsNeeded(groups.places.size) + (bank.laid.size > 0 ? Math.LN2 : 0);

/** What one figure would open by itself, whether or not anything has called it anomalous yet. */
export const byItself = (engine: Engine, one: Series): Opener | undefined => {
  const is = weigh(engine, one);
  return is && opener(engine, is, { agreed: 0, isPlainlySlow: false }, neededNow(engine.watch));
};

/** Anomalies that stir now, strongest first: rare enough to belong to an incident that is there, and perhaps to open one. */
export const openers = (engine: Engine): Opener[] => {
  const { watch } = engine;
  const stirring: Stirring[] = [];
  for (const index of indices(engine)) {
    const one = watch.series.get(index);
    const is = one === undefined ? undefined : weigh(engine, one);
    if (is !== undefined) stirring.push(is);
  }
  const agreed = agreement(watch, stirring, engine.tickMs);
  const plain = plainlySlow(watch, stirring);
  const needed = neededNow(watch);
  return stirring
    .flatMap(
      (one) => opener(engine, one, { agreed: agreed(one), isPlainlySlow: plain.has(one.one.calls) }, needed) ?? [],
    )
    .concat(rushes(engine), held(engine))
    .sort(
      (a, b) =>
        a.anomaly.onsetMs - b.anomaly.onsetMs ||
        Math.abs(b.anomaly.z) - Math.abs(a.anomaly.z) ||
        a.one.index - b.one.index,
    );
};

/** What else is known of the calls behind a figure: nats that others add, and whether one in ten of them is slow beyond all doubt that it matters. */
type Beside = { readonly agreed: number; readonly isPlainlySlow: boolean };

/** What stirs as an opener, where it may be one. @param needed nats that are no chance on this platform */
const opener = (
  engine: Engine,
  { one, rule, shown, ticks, span, waited, own, isAge, isGone, mayOpen, peers }: Stirring,
  { agreed, isPlainlySlow }: Beside,
  needed: number,
): Opener | undefined => {
  if (!mayOpen) return undefined;
  const { watch } = engine;
  const { index, meta } = one;
  const isBusiness = meta.class === 'business';
  const natsLeast = natsNeeded(1);
  const nats = Math.max(shown, own?.nats ?? 0) + agreed;
  if (!isBusiness && nats < natsLeast) return undefined;
  const anomaly = peers !== undefined ? told(watch, one, span, peers) : toldOf(watch, one, span);
  if (anomaly === undefined) return undefined;
  // Ratios and levels of business may open; a mere amount falls whenever demand does.
  const kpi = isBusiness ? engine.kpis.find(meta.metric) : undefined;
  if (isBusiness && (kpi === undefined || (kpi.rule.per === undefined && kpi.rule.better === 'higher')))
    return undefined;
  const isConfessed = own !== undefined && own.nats >= shown;
  const calls = watch.callsOf(one);
  if (!isConfessed && ticks < ticksAlone(watch, one, calls) && !watch.opening.has(index)) return undefined;
  const demand = crowd(watch, one);
  const candidate = {
    anomaly,
    ticksOut: ticks,
    calls,
    isAge,
    isConfessed,
    isPlainlySlow,
    isAgreed: agreed > 0,
    // Calls that wait at a tick bring others, who try again: that is no demand.
    demand: waited > 0 ? 1 : demand,
    nats,
    learned: peers?.learned ?? watch.bank.baseline(index).n,
  };
  if (!opens({ ...candidate, natsNeeded: natsLeast }, rule)) return undefined;
  if (planned(engine, one) || (ticks === 1 && paused(engine, one))) return undefined;
  const isRare = opens({ ...candidate, natsNeeded: needed }, rule);
  const isPlain = isRare && nats >= natsPlain(needed, isOfFailures(one));
  const isUnserved = isGone || (isPlain && (meta.class === 'errors' || (isAge && one.last >= tickS)));
  return { one, anomaly, ticks, isRare, isPlain, isUnserved, demand };
};

/** The bank's word, about the trouble that lasts now, or what stirs in an anomaly's words where the bank has none yet. */
const toldOf = (watch: Watch, one: Series, span: number): Anomaly | undefined => {
  const said = watch.anomaly(one.index);
  if (said !== undefined) return anew(watch, one, said, span);
  return one.meta.class === 'errors' ? failing(watch, one) : told(watch, one, span);
};

/** All that a caller waits for is slow in the same tick: it was paused itself (collection, a stolen processor), its callees were not. */
const paused = ({ watch }: Engine, one: Series): boolean => {
  const { caller, entity } = one.meta;
  if (caller === undefined) return false;
  const others = watch.places
    .by(caller)
    .filter(({ meta, lastMs }) => meta.entity !== entity && meta.stat === 'p50' && lastMs === one.lastMs);
  return (
    others.length > 0 && others.every((other) => watch.active.has(other.index) || watch.slow.indices.has(other.index))
  );
};
