// The suite's cases: every fault on two targets or in two severities, each alone and beside a distractor; two that have nothing to do with each
// other at once; and what is no fault, alone.
import { seededRandom } from '@fenghuo/kit';
import { faults } from '../../examples/takeaway/faults/table.ts';

export type Variant = { readonly target: string; readonly options?: Readonly<Record<string, string>> };
type Later = Variant & { readonly fault: string; readonly afterMs: number };
export type Case = Variant & {
  /** Fault, variant and distractor: what tells a case from another in the results. */
  readonly key: string;
  readonly fault: string;
  readonly seconds: number;
  readonly distractor: Later | undefined;
  /** Another fault, that begins so long after the first. */
  readonly second?: Later;
};

const variants: Readonly<Record<string, readonly [Variant, Variant]>> = {
  'bank-slow': [{ target: 'bank-a' }, { target: 'bank-a', options: { ms: '400' } }],
  'bank-errors': [{ target: 'bank-a' }, { target: 'bank-a', options: { ratio: '0.25' } }],
  'bank-half-dead': [{ target: 'bank-a' }, { target: 'bank-a', options: { ratio: '0.4' } }],
  'database-lock': [{ target: 'database' }, { target: 'database', options: { hold: '800', gap: '600' } }],
  'pool-exhaustion': [{ target: 'user' }, { target: 'order' }],
  'slow-query': [
    { target: 'menu', options: { rows: '400000' } },
    { target: 'user', options: { rows: '600000' } },
  ],
  'cpu-hog': [{ target: 'menu' }, { target: 'order' }],
  'memory-leak': [
    { target: 'order', options: { mbps: '100' } },
    { target: 'payment', options: { mbps: '100' } },
  ],
  'loop-block': [{ target: 'user' }, { target: 'payment', options: { ms: '400' } }],
  'consumer-stuck': [{ target: 'dispatch' }, { target: 'dispatch' }],
  'terminals-offline': [{ target: 'terminals' }, { target: 'terminals', options: { region: 'west' } }],
  'process-crash': [{ target: 'order' }, { target: 'user' }],
  'crash-loop': [{ target: 'payment' }, { target: 'user' }],
  'retry-storm': [{ target: 'bank-a' }, { target: 'bank-a', options: { retries: '4', pause: '200' } }],
  'net-delay': [
    { target: 'order', options: { to: 'payment' } },
    { target: 'app-gateway', options: { to: 'user', ms: '300' } },
  ],
  'packet-loss': [
    { target: 'order', options: { to: 'payment' } },
    { target: 'app-gateway', options: { to: 'user', loss: '0.5' } },
  ],
  'dns-failure': [
    { target: 'order', options: { to: 'payment' } },
    { target: 'dispatch', options: { to: 'rider' } },
  ],
  'noisy-neighbour': [{ target: 'host' }, { target: 'host', options: { processes: '4' } }],
  'disk-full': [{ target: 'merchant' }, { target: 'merchant', options: { mb: '32' } }],
  'bad-release': [{ target: 'user' }, { target: 'menu', options: { share: '0.15' } }],
};
/** Two causes that do not meet: what customers call, and what waits behind the queue. */
const pairs: readonly (readonly [Variant & { readonly fault: string }, Later])[] = [
  [
    { fault: 'bank-slow', target: 'bank-a' },
    { fault: 'terminals-offline', target: 'terminals', afterMs: 0 },
  ],
  [
    { fault: 'dns-failure', target: 'dispatch', options: { to: 'rider' } },
    { fault: 'process-crash', target: 'user', afterMs: 4_000 },
  ],
  [
    { fault: 'consumer-stuck', target: 'dispatch' },
    { fault: 'bank-errors', target: 'bank-a', afterMs: 8_000 },
  ],
  [
    { fault: 'bank-half-dead', target: 'bank-a', options: { ratio: '0.4' } },
    { fault: 'terminals-offline', target: 'terminals', options: { region: 'west' }, afterMs: 6_000 },
  ],
];
/** Distractors that go beside a fault, and those that are run by themselves too. */
const beside = ['innocent-deploy', 'planned-restart', 'meal-peak', 'promotion', 'noisy-service', 'cosmic-spike'];
const growing = new Set(['memory-leak', 'disk-full', 'bad-release']);
const GROWING_SECONDS = 30;
const SECONDS = 14;
const AFTER_MS_MAX = 2_000;

/** Every fault comes once before any comes twice, so that a run that is cut short has met each; pairs come with what is no fault. */
const rounds = [/\/1$/, /\/2\+$/, /^[^/]+$/, /\/2$/, /\/1\+$/];

/** Every case, in rounds that the seed shuffles: with a distractor drawn from the seed, never on the fault's own target, or at either end of its link: announced work there excuses it. */
export const cases = (seed: number): readonly Case[] => {
  const random = seededRandom(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  const all: Case[] = [];
  for (const [fault, both] of Object.entries(variants))
    for (const [place, variant] of both.entries())
      for (const isBeside of [false, true]) {
        const name = pick(beside);
        const others = faults[name]!.targets.filter(
          (target) => target !== variant.target && target !== variant.options?.to,
        );
        all.push({
          ...variant,
          key: `${fault}/${place + 1}${isBeside ? '+' : ''}`,
          fault,
          seconds: growing.has(fault) ? GROWING_SECONDS : SECONDS,
          distractor: isBeside
            ? { fault: name, target: pick(others), afterMs: Math.round(random() * AFTER_MS_MAX) }
            : undefined,
        });
      }
  for (const [place, [first, second]] of pairs.entries())
    all.push({
      ...first,
      key: `two-at-once-${place + 1}`,
      seconds: GROWING_SECONDS,
      distractor: undefined,
      second,
    });
  for (const fault of [...beside, 'surge', 'clock-skew'])
    all.push({
      key: fault,
      fault,
      target: pick(faults[fault]!.targets),
      seconds: GROWING_SECONDS,
      distractor: undefined,
    });
  for (let i = all.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [all[i], all[j]] = [all[j]!, all[i]!];
  }
  return rounds.flatMap((round) => all.filter(({ key }) => round.test(key)));
};
