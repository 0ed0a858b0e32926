// Which anomalies are worth an incident: large enough to matter, of a class that customers feel, and no blip.
import type { Anomaly, DetectorRule } from '@fenghuo/rules/contract';

/** An anomaly with what its series did lately. */
export type Candidate = {
  readonly anomaly: Anomaly;
  /** Samples from the present back that were all beyond what matters. */
  readonly ticksOut: number;
  /** Calls behind the last figure; undefined where nobody counts them. */
  readonly calls: number | undefined;
  /** It is the age of calls that have no answer yet: no extreme of those that ended, but what all wait for. */
  readonly isAge?: boolean;
  /** Calls behind the last figure by those that are usual. */
  readonly demand?: number;
  /** The callee is beyond its own bands meanwhile, and its neighbours are not: no busy machine. */
  readonly isConfessed?: boolean;
  /** One in ten of the same calls is slow by more than people overlook, for as many ticks as are asked of a body. */
  readonly isPlainlySlow?: boolean;
  /** Others see the same trouble. */
  readonly isAgreed?: boolean;
  /** How seldom a healthy series shows these samples by chance, −ln p, and how seldom is seldom enough (rarity.ts). */
  readonly nats: number;
  readonly natsNeeded: number;
  /** Healthy samples behind what is expected. */
  readonly learned: number;
};

const learnedMin = 20;
/** Ticks that most figures must have lasted. */
export const bodyTicks = 2;
const ticks = { body: bodyTicks, tail: 4, business: 3 } as const;
/** A slowness that few people would notice must be twice as rare: what a busy neighbour does to a machine comes to many calls at once. */
const slightTimes = 2;
/** So many times the usual calls are a crowd. */
export const crowded = 1.5;
/** One tick is enough from here on: so far beyond its band, so many times what is expected. */
const overwhelming = { bands: 3, ratio: 4, floors: 3 } as const;

/** Whether a slowness, by how much it is beyond what is expected, is one that few people would notice. */
export const isSlight = (beyond: number, { floor }: DetectorRule, unit: string): boolean =>
  beyond < overwhelming.floors * (floor[unit] ?? 0);

/** Extremes are evidence; what most calls see is what wakes people. */
const isTail = (anomaly: Anomaly): boolean =>
  anomaly.stat === 'max' || anomaly.stat === 'p99' || anomaly.stat === 'min';

/** Whether this anomaly may open an incident now. Traffic from customers and figures without callers are judged alike. */
export const opens = (
  {
    anomaly,
    ticksOut: out,
    calls,
    isAge = false,
    isConfessed = false,
    isPlainlySlow = false,
    isAgreed = false,
    demand = 1,
    nats,
    natsNeeded,
    learned,
  }: Candidate,
  rule: DetectorRule | undefined,
): boolean => {
  if (rule === undefined || !rule.opens || learned < learnedMin || out < 1) return false;
  if (anomaly.shape === 'silence' || anomaly.stat === 'count' || anomaly.stat === 'sum') return false;
  // Figures of business wander more than chance knows of; one that is far beyond need not be waited for.
  if (anomaly.class === 'business')
    return out >= ticks.business || (out >= ticks.body && nats >= (isAgreed ? 1 : slightTimes) * natsNeeded);
  // Few calls, slow by chance, come together on a platform of many: the more is watched, the rarer must be what wakes somebody.
  if (nats < natsNeeded) return false;
  if (isTail(anomaly) && !isAge) return out >= ticks.tail && calls !== undefined;
  // Of calls without an answer nobody knows at first whether they reached whom they were sent to.
  if (isAge && out < ticks.body) return false;
  const slight = anomaly.class === 'latency' && isSlight(anomaly.seen - anomaly.expected, rule, anomaly.unit);
  // More calls than usual take a little longer each: capacity, of which the forecast tells.
  if (slight && demand >= crowded && !isConfessed) return false;
  if (out >= ticks.body && (!slight || isConfessed || isPlainlySlow || nats >= slightTimes * natsNeeded)) return true;
  if (anomaly.class === 'errors' || slight) return false;
  const band = Math.max(anomaly.high - anomaly.expected, 1e-9);
  return (
    calls !== undefined &&
    anomaly.seen - anomaly.expected >=
      Math.max(overwhelming.bands * band, overwhelming.floors * (rule.floor[anomaly.unit] ?? 0)) &&
    anomaly.seen >= overwhelming.ratio * anomaly.expected
  );
};
