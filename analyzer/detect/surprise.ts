// How surprising a sample is in all that its series has been: six views of it, each rated against its own history's tail.
// Views: value, jump, mean of the last samples, roughness, and (where the series earned it) value and mean against the hour of day.
import type { BankColumns } from './columns.ts';
import { TAILS } from './columns.ts';
import type { Seasons } from './season.ts';
import { forgetOf, rateBoth } from './tail.ts';

/** Samples over which level and scale forget, and those of the short windows. */
const SLOW = 4_000;
const MIDDLE = 15;
const ROUGH = 60;
/** Weight of the second and third view beside the first: views that agree say more, but they are not independent. */
const AGREE = 0.4;
/** Samples over which a told surprise is held against lesser ones, and what these then count. */
const HOLD = 50;
const REPEAT = 0.5;
/** Samples before surprise says anything. */
const WARM = 50;
const CLIP = 3;
/** Series slower than this get a profile of the hours at once, faster ones after a day. */
const SEASON_STEP_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * Rates the sample `x` (transformed) of series `i` and learns it; answers decades of surprise, 0 while young.
 * @param floor least scale that the series' class allows, transformed units
 */
export const surpriseOf = (
  c: BankColumns,
  i: number,
  seasons: Seasons,
  timeMs: number,
  x: number,
  floor: number,
): number => {
  const n = c.n[i]! + 1;
  c.n[i] = n;
  if (n === 1) {
    c.slow[i] = x;
    c.middle[i] = x;
    c.previous[i] = x;
  }
  const rate = n < SLOW ? 1 / n : 1 / SLOW;
  const level = c.slow[i]!;
  const scale = Math.max(c.slowDeviation[i]!, floor, 1e-9);
  const plain = x - level;
  const per = 1 / scale;
  const z = plain * per;
  const jump = (x - c.previous[i]!) * per;
  const step = Math.min(Math.abs(jump), 6);
  c.previous[i] = x;
  c.middle[i] = c.middle[i]! + (x - c.middle[i]!) * (n < MIDDLE ? 1 / n : 1 / MIDDLE);
  const mean = (c.middle[i]! - level) * per;
  c.roughFast[i] = c.roughFast[i]! + (step - c.roughFast[i]!) * (n < ROUGH ? 1 / n : 1 / ROUGH);
  c.roughSlow[i] = c.roughSlow[i]! + (step - c.roughSlow[i]!) * rate;
  const rough = Math.log((c.roughFast[i]! + 0.02) / (c.roughSlow[i]! + 0.02));

  if (c.season[i] === 0 && seasons.hasRoom && (c.stepMs[i]! >= SEASON_STEP_MS || n * c.stepMs[i]! > DAY_MS))
    c.season[i] = seasons.open();
  seasons.single = 0;
  seasons.level = 0;
  if (c.season[i]! > 0) seasons.push(c.season[i]!, timeMs, c.stepMs[i]!, n, x, plain, scale, rate);

  const t = c.tails;
  const at = i * TAILS * 2;
  const hit = i * TAILS;
  const forget = forgetOf(n);
  const byValue = rateBoth(t, at, c.hits, hit, n, forget, z);
  const byJump = rateBoth(t, at + 4, c.hits, hit + 2, n, forget, jump);
  const byMean = rateBoth(t, at + 8, c.hits, hit + 4, n, forget, mean);
  const byRough = rateBoth(t, at + 12, c.hits, hit + 6, n, forget, rough);
  const some = byValue + byJump + byMean + byRough + seasons.single + seasons.level;
  const total = some === 0 ? 0 : combined(byValue, byJump, byMean, byRough, seasons.single, seasons.level);

  const clipped = n < 10 ? plain : Math.max(-CLIP * scale, Math.min(CLIP * scale, plain));
  c.slow[i] = level + rate * clipped;
  // 1.2533 = sqrt(pi/2): mean absolute deviation of a Gaussian to its standard deviation.
  c.slowDeviation[i] = c.slowDeviation[i]! + rate * (1.2533 * Math.abs(clipped) - c.slowDeviation[i]!);

  const isNews = total > c.held[i]!;
  c.held[i] = Math.max(total, c.held[i]! * (1 - 1 / HOLD));
  return n < WARM ? 0 : isNews ? total : total * REPEAT;
};

/** The greatest of six, and a part of the next two. */
const combined = (a: number, b: number, c: number, d: number, e: number, f: number): number => {
  let first = 0;
  let second = 0;
  let third = 0;
  for (let k = 0; k < 6; k++) {
    const x = k === 0 ? a : k === 1 ? b : k === 2 ? c : k === 3 ? d : k === 4 ? e : f;
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
