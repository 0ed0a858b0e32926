// How surprising a sample is in all that its series has been: six views of it, each rated against its own history's tail.
// Views: value, jump, mean of the last samples, roughness, and (where the series earned it) value and mean against the hour of day.
import type { Batch } from './batch.ts';
import {
  AGE,
  ANOMALOUS,
  FROZEN,
  HELD,
  HITS,
  lasting,
  MIDDLE,
  N,
  PREVIOUS,
  type Records,
  ROUGH_FAST,
  ROUGH_SLOW,
  SEASON,
  SLOW,
  SLOW_DEVIATION,
  STATE,
  STEP_MS,
  SURPRISE,
  TAILS,
  THRESHOLDS,
  TRAITS,
} from './record.ts';
import type { Seasons } from './season.ts';
import { isOut, isSinking, rate, sink } from './tail.ts';
import { badWay } from './traits.ts';

/** Samples over which level and scale forget, and those of the short windows. */
const SLOW_SAMPLES = 4_000;
const MIDDLE_SAMPLES = 15;
const ROUGH_SAMPLES = 60;
/** Keeps the ratio of two roughnesses finite. */
const ROUGH_LEAST = 0.02;
/** A jump counts for at most so many scales. */
const JUMP_MOST = 6;
/** Weight of the second and third view beside the first: views that agree say more, but they are not independent. */
export const AGREE = 0.4;
/** Samples over which a told surprise is held against lesser ones, and what these then count. */
const HOLD = 50;
const REPEAT = 0.5;
/** Samples before surprise says anything. */
const WARM = 50;
const CLIP = 3;
/** Samples before the scale may clip anything. */
const YOUNG = 10;
/** Views with a rule of their own: a jump has a whence, roughness has no direction. */
const JUMP = 1;
const ROUGHNESS = 3;
/** An anomaly that lasts less is none of the series' past; a longer one becomes it, whatever it is. */
const LASTING_MS = 300_000;
/** sqrt(pi/2): mean absolute deviation of a Gaussian to its standard deviation. */
const GAUSSIAN = 1.2533;
/** Faster series follow the day by forgetting: their long run is an hour. Slower ones get a profile of the hours. */
const SEASON_STEP_MS = 60_000;

/**
 * Third stage: rates each sample of a batch that is there and learns it; leaves its decades of surprise in its record, 0 while young.
 * This is the hot path: a sample within all its tails costs additions and multiplications, one division and no logarithm.
 */
export const surprise = (r: Records, seasons: Seasons, batch: Batch): void => {
  const { f, u, h, b } = r;
  const { count, figures, decades } = batch;
  for (let k = 0; k < count; k++) {
    const at = batch.at[k]!;
    const x = batch.x[k]!;
    // Missing samples say nothing, and a frozen series learns nothing.
    const state = b[at * 4 + STATE]!;
    if (Number.isNaN(x) || (state & FROZEN) !== 0) continue;
    // What comes while it is anomalous is no past of its own: the tails keep what they knew.
    const isLearning = (state & ANOMALOUS) === 0 || h[at * 2 + AGE]! * f[at + STEP_MS]! >= LASTING_MS;
    const n = u[at + N]! + 1;
    u[at + N] = n;
    if (n === 1) {
      f[at + SLOW] = x;
      f[at + MIDDLE] = x;
      f[at + PREVIOUS] = x;
    }
    const longRate = n < SLOW_SAMPLES ? 1 / n : 1 / SLOW_SAMPLES;
    const level = f[at + SLOW]!;
    const deviation = f[at + SLOW_DEVIATION]!;
    const least = batch.quantum[k]!;
    const scale = Math.max(deviation, least);
    const per = 1 / scale;
    const plain = x - level;
    const z = plain * per;
    const way = badWay(b[at * 4 + TRAITS]!);
    const jump = (x - f[at + PREVIOUS]!) * per;
    f[at + PREVIOUS] = x;
    // Nor may good samples weigh against bad ones in the mean.
    const toward = way === 0 ? x : way > 0 ? Math.max(x, level - scale) : Math.min(x, level + scale);
    const middle = f[at + MIDDLE]! + (toward - f[at + MIDDLE]!) * (n < MIDDLE_SAMPLES ? 1 / n : 1 / MIDDLE_SAMPLES);
    f[at + MIDDLE] = lasting(middle);
    const mean = (middle - level) * per;
    const step = Math.min(Math.abs(jump), JUMP_MOST);
    let fast = f[at + ROUGH_FAST]!;
    fast += (step - fast) * (n < ROUGH_SAMPLES ? 1 / n : 1 / ROUGH_SAMPLES);
    f[at + ROUGH_FAST] = lasting(fast);
    let slow = f[at + ROUGH_SLOW]!;
    slow += (step - slow) * longRate;
    f[at + ROUGH_SLOW] = lasting(slow);

    const p = fast + ROUGH_LEAST;
    const q = slow + ROUGH_LEAST;
    const t = at + THRESHOLDS;
    // |log(p / q)| is at most the greater over the lesser, less one: only what passes that needs the logarithm.
    const isRough = p - q > f[t + 12]! * q || q - p > f[t + 14]! * p;
    const season = at * 2 + SEASON;
    if (h[season] === 0 && f[at + STEP_MS]! >= SEASON_STEP_MS) h[season] = seasons.open();
    const hasSeason = h[season] !== 0;
    let total = 0;
    // Most samples are within all their tails: of those nothing more is asked.
    if (hasSeason || isRough || isOut(f, t, z) || isOut(f, t + 4, jump) || isOut(f, t + 8, mean)) {
      figures[0] = z;
      figures[1] = jump;
      figures[2] = mean;
      figures[3] = isRough ? Math.log(p / q) : 0;
      let isRare = rate(f, t, b, at * 4 + HITS, 4, n, batch, 0, isLearning);
      if (hasSeason)
        isRare = seasons.push(h[season]!, f[at + STEP_MS]!, n, x, plain, scale, longRate, batch, isLearning) || isRare;
      else decades[4] = decades[5] = 0;
      // A bad jump that ends near the level is the way back from where it was good.
      if (way * z < CLIP && way * jump > 0) decades[JUMP] = 0;
      if (isRare) total = combined(figures, decades, way);
    }
    if (isLearning && isSinking(n)) sink(f, t, TAILS, n);

    const clipped = n < YOUNG ? plain : Math.max(-CLIP * scale, Math.min(CLIP * scale, plain));
    f[at + SLOW] = lasting(level + longRate * clipped);
    f[at + SLOW_DEVIATION] = lasting(deviation + longRate * (GAUSSIAN * Math.abs(clipped) - deviation));

    const held = f[at + HELD]!;
    const faded = held * (1 - 1 / HOLD);
    f[at + HELD] = lasting(Math.max(total, faded));
    f[at + SURPRISE] = n < WARM ? 0 : total > held ? total : total * REPEAT;
  }
};

/** The greatest, and a part of the next two; what is rare in the good direction is none. @param way sign of the bad direction, 0 both */
const combined = (figures: Float64Array, decades: Float64Array, way: -1 | 0 | 1): number => {
  let first = 0;
  let second = 0;
  let third = 0;
  for (let k = 0; k < decades.length; k++) {
    const x = decades[k]!;
    // Most views are within their tails.
    if (x === 0 || (way * figures[k]! < 0 && k !== ROUGHNESS)) continue;
    if (x > first) {
      third = second;
      second = first;
      first = x;
    } else if (x > second) {
      third = second;
      second = x;
    } else if (x > third) third = x;
  }
  return first + AGREE * (second + third);
};
