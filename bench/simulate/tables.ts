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
