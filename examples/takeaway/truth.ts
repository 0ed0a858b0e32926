// What is right about each fault, written down before any run: who it is, what kind of trouble, and when it must be named.
// `{target}` is the service it hits and `{to}` the other end of a link; a link is written `caller → callee`.

export type Truth = {
  /** Entities that count as right, by role; empty where no incident may be opened at all. */
  readonly right: readonly string[];
  /** Kinds of the contract that count as right. */
  readonly kinds: readonly string[];
  /** Immediate: named 2 s after the first bad sample. Growing: 5 s after the first figure of customers left its band. */
  readonly nature: 'immediate' | 'growing';
};
export const deadlineMs: Readonly<Record<Truth['nature'], number>> = { immediate: 2_000, growing: 5_000 };

const own = ['{target}'] as const;
const link = ['{target} → {to}'] as const;
const immediate = 'immediate';
const growing = 'growing';
const nobody: Truth = { right: [], kinds: [], nature: immediate };

export const truths: Readonly<Record<string, Truth>> = {
  'bank-slow': { right: own, kinds: ['latency'], nature: immediate },
  'bank-errors': { right: own, kinds: ['errors'], nature: immediate },
  'bank-half-dead': { right: own, kinds: ['hang'], nature: immediate },
  'database-lock': { right: own, kinds: ['latency', 'hang', 'saturation'], nature: immediate },
  'pool-exhaustion': { right: own, kinds: ['saturation'], nature: immediate },
  'slow-query': { right: ['{target}', '{target} → database'], kinds: ['latency'], nature: immediate },
  'cpu-hog': { right: own, kinds: ['cpu', 'eventloop'], nature: immediate },
  'memory-leak': { right: own, kinds: ['memory'], nature: growing },
  'loop-block': { right: own, kinds: ['eventloop'], nature: immediate },
  'consumer-stuck': { right: own, kinds: ['saturation', 'hang'], nature: immediate },
  'terminals-offline': { right: own, kinds: ['unreachable', 'hang', 'errors'], nature: immediate },
  'process-crash': { right: own, kinds: ['silence', 'unreachable'], nature: immediate },
  'crash-loop': { right: own, kinds: ['silence', 'unreachable'], nature: immediate },
  // The trigger is the cause; the storm only makes it louder.
  'retry-storm': { right: own, kinds: ['errors'], nature: immediate },
  'net-delay': { right: link, kinds: ['network'], nature: immediate },
  'packet-loss': { right: link, kinds: ['network'], nature: immediate },
  'dns-failure': { right: link, kinds: ['network', 'unreachable'], nature: immediate },
  'noisy-neighbour': { right: ['host'], kinds: ['cpu'], nature: growing },
  'disk-full': { right: ['{target}', 'host'], kinds: ['disk'], nature: growing },
  'bad-release': { right: own, kinds: ['errors'], nature: growing },
  surge: nobody,
  'meal-peak': nobody,
  promotion: nobody,
  'innocent-deploy': nobody,
  'planned-restart': nobody,
  'noisy-service': nobody,
  'cosmic-spike': nobody,
  'clock-skew': nobody,
};

/** The entities that count as right for a fault on a target, in the names of this run. */
export const rightFor = (
  { right }: Truth,
  target: string,
  to: string | undefined,
  name: (role: string) => string,
): readonly string[] =>
  right.map((text) =>
    text
      .replaceAll('{target}', target)
      .replaceAll('{to}', to ?? '')
      .split(' → ')
      .map(name)
      .join(' → '),
  );
