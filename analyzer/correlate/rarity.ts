// How seldom a healthy platform shows what was seen, in nats (−ln p), and how seldom it must be to wake somebody.
// A platform that is watched at more places sees more chance: what must be shown grows with the logarithm of that.

/** One incident by chance is accepted in so many looks at one place: 30 days of seconds. */
const looksPerChance = 30 * 86_400;
/** Calls of one tick may share a reason (a pause, a stolen processor): however many they are, a tick is no rarer than one in a billion. */
export const tickNatsMax = Math.log(1e9);
/** Calls fail together more often than they are slow together (a connection breaks with all it carries, say once in six hours): a tick of errors is no rarer. */
export const errorNatsMax = 10;
/**
 * More calls than one moment holds need longer than a moment, and calls that fail at different moments say so themselves: a tick of which so many fail is
 * rarer, yet a connection that comes back slowly is one reason still.
 */
const lastingNatsMax = 16;
/** A connection that breaks may take its calls with it in two tenths of a second that meet; not in three. */
export const lastingMoments = 3;
/** Standard deviations beyond the mean number of calls under way that none of a day's moments reaches. */
const atOnceSds = 3;

/** Calls that one moment may take with it, of `calls` a second that take `seconds` each (Little, Operations Research 9, 1961; Poisson). */
export const atOnce = (calls: number, seconds: number): number => {
  const mean = Math.max(0, calls * seconds);
  return 1 + mean + atOnceSds * Math.sqrt(mean);
};
/** Durations of single calls fall like a power beyond their extremes; 2 is the edge of a finite variance. */
const callTail = 2;
/** A figure without a count is one of many calls already, and its tail is lighter: P(|z| > x) ~ x^-4, as in detect/probability.ts. */
const figureTail = 4;
/** Share of the calls that lie beyond the usual p99, and of a figure's samples beyond its band. */
const beyond = 0.01;
/** What one sample beyond its band is worth. */
export const natsOne = -Math.log(beyond);

/**
 * Nats that open an incident where `places` groups of calls are watched, so that chance opens one in 30 days on all of them together
 * (Bonferroni; figures of the same calls are one place).
 */
export const natsNeeded = (places: number): number => Math.log(Math.max(1, places) * looksPerChance);

/** Nats that are beyond doubt: what was `needed` would still be shown, were the tick that is worth most no more than chance. */
export const natsPlain = (needed: number, isOfFailures: boolean): number =>
  needed + (isOfFailures ? errorNatsMax : tickNatsMax);

/** What would open an incident were nothing else watched is no chance. */
export const noChanceNats = natsNeeded(1);

/** −ln P(at least `k` of `n` calls are unusual), each by itself with chance `q`: the binomial's first term and a geometric bound of the rest. */
export const natsOf = (n: number, k: number, q: number): number => {
  const mean = n * q;
  if (k < 1 || k > n || k <= mean || q <= 0) return 0;
  let choose = 0;
  for (let i = 1; i <= k; i++) choose += Math.log((n - k + i) / i);
  const first = choose + k * Math.log(q) + (n - k) * Math.log1p(-q);
  const ratio = ((n - k) * q) / ((k + 1) * (1 - q));
  return Math.max(0, -(first - Math.log1p(-ratio)));
};

/** Calls of `n` at least that lie beyond a tick's figure of this kind. */
export const callsBeyond = (stat: string | undefined, n: number): number =>
  stat === 'max' ? 1 : stat === 'p99' ? Math.ceil(n / 100) : stat === 'p90' ? Math.ceil(n / 10) : Math.ceil(n / 2);

/** What the calls of one kind take at their slowest, tick by tick. */
export type Slowest = {
  /** Usual p99 or maximum of a tick. */
  readonly extreme: number;
  /** What few ticks' extremes are beyond; infinity while nobody knows. */
  readonly edge: number;
  /** Usual number of calls in a tick. */
  readonly calls: number;
};

/**
 * Share of calls that usually take longer than `x`: from the usual extreme of a tick, of few calls a lower quantile (the median maximum of n is their
 * 1 − 0.69 / n quantile), and from the edge that the slowest of a hundred ticks' calls reach; beyond each it falls like a power, and the nearer tells more.
 */
export const slowShare = (x: number, { extreme, edge, calls }: Slowest): number => {
  const n = Math.max(1, calls);
  const usual = Math.max(beyond, Math.LN2 / n) * (extreme / x) ** callTail;
  // Of more calls the p99 is no extreme.
  const seldom = x > edge && n * beyond <= 1 ? (beyond / n) * (edge / x) ** callTail : 1;
  return Math.min(1, usual, seldom);
};

/** Share of calls that usually fail: rule of succession over the ticks that were learned (Laplace), so that none so far does not mean never. */
export const failShare = (errorsPerTick: number, calls: number, ticks: number): number =>
  Math.min(1, (Math.max(0, errorsPerTick) * ticks + 1) / (Math.max(1, calls) * ticks + 2));

/** Three likelihood ratios in equal parts, as a logarithm: a prior that knows no size (Robbins' mixture, Annals of Mathematical Statistics 41, 1970). */
const oneOf = (slight: number, middle: number, heavy: number): number => {
  const most = Math.max(slight, middle, heavy);
  return most + Math.log((Math.exp(slight - most) + Math.exp(middle - most) + Math.exp(heavy - most)) / 3);
};

/**
 * What a tick of `n` calls, `k` of them failed, says for trouble and against chance, nats; below 0 where it speaks for chance.
 * Likelihood ratio of a share that matters, of every second call failing and of their geometric mean, in equal parts, to the usual share.
 * @param usual share of calls that usually fail  @param matters least share that is trouble
 * @param moment how many may fail at one moment, for one reason: more of them need not share any
 * @returns of the calls, those of them that failed, and whether they are known to have failed at different moments
 */
export const troubleNats = (
  usual: number,
  matters: number,
  moment = Number.POSITIVE_INFINITY,
): ((n: number, k: number, isLasting?: boolean) => number) => {
  if (usual >= matters) return () => 0;
  // Asked for every tick of a series: the logarithms are the same in all of them.
  const ratio = (to: number): ((n: number, k: number) => number) => {
    const [failed, well] = [Math.log(to / usual), Math.log((1 - to) / (1 - usual))];
    return (n, k) => k * failed + (n - k) * well;
  };
  const most = Math.max(0.5, (1 + matters) / 2);
  const [slight, middle, heavy] = [ratio(matters), ratio(Math.sqrt(matters * most)), ratio(most)];
  return (n, k, isLasting = false) => {
    if (n < 1) return 0;
    const nats = oneOf(slight(n, k), middle(n, k), heavy(n, k));
    return Math.min(isLasting || k > moment ? lastingNatsMax : errorNatsMax, nats);
  };
};

/** The same for `k` events a tick of a source whose calls nobody counts: Poisson, a rate that matters, ten times as many and their geometric mean. */
export const eventNats = (usual: number, matters: number): ((k: number) => number) => {
  if (usual >= matters) return () => 0;
  const ratio = (to: number): ((k: number) => number) => {
    const [each, rest] = [Math.log(to / usual), to - usual];
    return (k) => k * each - rest;
  };
  const [slight, middle, heavy] = [ratio(matters), ratio(Math.sqrt(10) * matters), ratio(10 * matters)];
  const worth = (k: number): number => Math.min(errorNatsMax, oneOf(slight(k), middle(k), heavy(k)));
  // Most ticks have none.
  const calm = worth(0);
  return (k) => (k === 0 ? calm : worth(k));
};

/**
 * −ln P(at least `count` calls wait at once) where `mean` usually do: Poisson (Chernoff), with the spread of arrivals in bunches, `sd`, as a factor on
 * both. That nobody ever waited does not mean never: a tenth of a call is the least mean.
 */
export const waitingNats = (count: number, mean: number, sd: number): number => {
  const usual = Math.max(mean, 0.1);
  const bunch = Math.max(1, sd ** 2 / usual);
  const [k, m] = [count / bunch, usual / bunch];
  return k <= m ? 0 : k * Math.log(k / m) - k + m;
};

/** Nats of one sample of a figure without a count of calls, by how far it is beyond its band's edge (both from the same zero). */
export const figureNats = (x: number, edge: number): number =>
  x <= edge ? 0 : -Math.log(beyond * (Math.max(edge, 1e-12) / x) ** figureTail);
