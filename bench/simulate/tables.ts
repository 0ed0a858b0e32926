// Noise drawn once and read many times: a made-up sample then costs one look into a table, and a day of 20,000 series is feasible.

/** Entries of a table; a power of two, so that a place wraps with one mask. */
export const TABLE = 65_536;
export const MASK = TABLE - 1;

const made = (draw: () => number): Float32Array => Float32Array.from({ length: TABLE }, draw);

/** Standard normal by Box and Muller (1958). */
export const gaussian = (random: () => number): Float32Array =>
  made(() => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()));

/** Normal with correlation `rho` from one entry to the next; spread 1. */
export const drifting = (random: () => number, rho: number): Float32Array => {
  const white = gaussian(random);
  let last = 0;
  const rest = Math.sqrt(1 - rho * rho);
  return white.map((x) => {
    last = rho * last + rest * x;
    return last;
  });
};

/** Student's t with `freedom` degrees of freedom, scaled to quartiles near a normal's: the tail of operational noise. */
export const heavy = (random: () => number, freedom: number): Float32Array => {
  const normal = gaussian(random);
  const others = Array.from({ length: freedom }, () => gaussian(random));
  return normal.map((x, i) => x / Math.sqrt(others.reduce((sum, o) => sum + o[i]! ** 2, 0) / freedom));
};

/** Uniform in 0..1. */
export const uniform = (random: () => number): Float32Array => made(random);

/** How much slower than usual a call is: lognormal, and one in a hundred from three times on with a Pareto tail (exponent 2.5), a time-out's worth at most. */
const callFactor = (random: () => number): number => {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const usual = Math.exp(0.35 * normal);
  return random() < 0.01 ? Math.min(60, 3 * usual * (1 - random()) ** (-1 / 2.5)) : usual;
};

/** Median and greatest of `calls` such factors: what a second's figures are made of. */
export const secondsOf = (random: () => number, calls: number): { median: Float32Array; most: Float32Array } => {
  const median = new Float32Array(TABLE);
  const most = new Float32Array(TABLE);
  const factors = new Float64Array(calls);
  for (let i = 0; i < TABLE; i++) {
    for (let k = 0; k < calls; k++) factors[k] = callFactor(random);
    factors.sort();
    median[i] = factors[calls >> 1]!;
    most[i] = factors[calls - 1]!;
  }
  return { median, most };
};
