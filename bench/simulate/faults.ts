// Faults of known place, one after the other: what is wrong, where, from when to when, and whom it reaches by waiting.
import { held, type Node, waiters } from './town.ts';

export const faultKinds = ['latency', 'errors', 'crash', 'cpu', 'partner_latency', 'partner_errors'] as const;
export type FaultKind = (typeof faultKinds)[number];

export type Fault = {
  readonly kind: FaultKind;
  readonly target: number;
  readonly fromS: number;
  readonly toS: number;
  /** Seconds that each call of the target takes longer, and share of its calls that fail. */
  readonly slower: number;
  readonly failing: number;
  /** Part of each node's requests that wait for the target. */
  readonly reach: Float64Array;
  /** Whose median call waits for it. */
  readonly holds: Uint8Array;
};

const LASTS_S = 120;
/** Calls a second on an average day that one caller of a target makes. */
const OFTEN = 20;
/** The engine has seen the platform for so long before the first. */
const FIRST_S = 1_200;

/** `count` faults, spread evenly over `seconds`; each is large enough that customers would notice, none is drawn twice alike. */
export const faultsOf = (nodes: readonly Node[], count: number, seconds: number, random: () => number): Fault[] => {
  const services = nodes.filter(({ kind }) => kind === 'service').length;
  const gap = (seconds - FIRST_S) / Math.max(1, count);
  return Array.from({ length: count }, (_, k) => {
    const kind = faultKinds[k % faultKinds.length]!;
    const isPartner = kind.startsWith('partner');
    // Somebody must call it, and often: what hardly anybody calls hurts hardly anybody.
    const called = nodes.flatMap((_, i) =>
      i >= services === isPartner &&
      nodes.some((n) => n.calls.some(({ to, share }) => to === i && share * n.rate > OFTEN))
        ? [i]
        : [],
    );
    const target = called[Math.floor(random() * called.length)]!;
    const fromS = Math.floor(FIRST_S + k * gap + random() * Math.max(0, gap / 2 - LASTS_S));
    const isSlow = kind === 'latency' || kind === 'cpu' || kind === 'partner_latency';
    return {
      kind,
      target,
      fromS,
      toS: fromS + LASTS_S,
      slower: isSlow ? 0.3 + 0.9 * random() + (kind === 'cpu' ? 3 * nodes[target]!.own : 0) : 0,
      failing: kind === 'crash' ? 1 : isSlow ? 0 : 0.3 + 0.7 * random(),
      reach: waiters(nodes, target),
      holds: held(nodes, target),
    };
  });
};
