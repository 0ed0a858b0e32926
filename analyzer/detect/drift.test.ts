// Disks that fill, heaps that leak, and what only looks like it: each as it happens on a machine.
import { seededRandom } from '@fenghuo/kit';
import { describe, expect, it } from 'vitest';
import { Drifts, driftBytes, driftSeriesMax } from './drift.ts';

const START = 1_700_000_000_000;
const STEP_MS = 5_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

type Level = (ms: number) => number;
/** Follows a level for so long; answers when it was told first, what was said then, and how often it was told. */
const followed = (level: Level, forMs: number, bound = 1, way: 1 | -1 = 1) => {
  const drifts = new Drifts();
  const place = drifts.open(way)!;
  let first: ReturnType<Drifts['read']>;
  let firstMs = Number.NaN;
  let told = 0;
  for (let ms = 0; ms < forMs; ms += STEP_MS) {
    if (!drifts.put(place, START + ms, level(ms), bound)) continue;
    const said = drifts.read(place);
    if (said !== undefined) told++;
    if (first === undefined && said !== undefined) [first, firstMs] = [said, ms];
  }
  return { first, firstMs, told, last: drifts.read(place) };
};

describe('drift toward a bound', () => {
  it('says an hour ahead that a disk will be full, and when', () => {
    // 40 % used, quiet for two hours; then a log grows by 1 % of the disk a minute.
    const disk: Level = (ms) => Math.min(1, 0.4 + (Math.max(0, ms - 2 * HOUR) / HOUR) * 0.6);
    const { first, firstMs } = followed(disk, 3 * HOUR);
    const fullMs = 3 * HOUR;
    expect(firstMs).toBeGreaterThan(2 * HOUR);
    expect(firstMs).toBeLessThan(2 * HOUR + 25 * MINUTE);
    expect(Math.abs(first!.boundMs - START - fullMs)).toBeLessThan(10 * MINUTE);
    expect(first!.probability).toBeGreaterThan(0.85);
  });

  it('says days ahead that a slow one will be', () => {
    const day = 24 * HOUR;
    const disk: Level = (ms) => 0.3 + (0.06 * ms) / day + 0.02 * Math.sin((2 * Math.PI * ms) / day);
    const { first, firstMs } = followed(disk, 6 * day);
    expect(first).toBeDefined();
    expect(first!.boundMs - START - firstMs).toBeGreaterThan(3 * day);
    expect(Math.abs(first!.boundMs - START - (0.7 / 0.06) * day)).toBeLessThan(day);
  });

  it('sees a heap leak below the saw of its collections', () => {
    const random = seededRandom(1);
    const limit = 256;
    // It is collected every 40 s from up to 60 MB above what lives; what lives grows by 2 MB a minute.
    const heap: Level = (ms) => 80 + (2 * ms) / MINUTE + 60 * ((ms % 40_000) / 40_000) * random();
    const { first } = followed(heap, HOUR, limit);
    expect(first).toBeDefined();
    expect(Math.abs(first!.boundMs - START - ((limit - 80) / 2) * MINUTE)).toBeLessThan(20 * MINUTE);
  });

  it('sees room that is used up, whose bound is nothing left', () => {
    const { first } = followed((ms) => 5e9 - (5e9 * ms) / (90 * MINUTE), 80 * MINUTE, 0, -1);
    expect(first!.seen).toBeLessThan(first!.from);
    expect(Math.abs(first!.boundMs - START - 90 * MINUTE)).toBeLessThan(10 * MINUTE);
  });

  it('is quiet on a heap that warms up and stays, on a saw that leaks nothing, on a day of load, on noise', () => {
    const random = seededRandom(2);
    const warm: Level = (ms) => 200 * (1 - Math.exp(-ms / (6 * MINUTE))) + 5 * random();
    const saw: Level = (ms) => 80 + 60 * ((ms % 40_000) / 40_000) + 3 * random();
    const load: Level = (ms) => 0.4 + 0.25 * Math.sin((2 * Math.PI * ms) / (24 * HOUR)) + 0.05 * random();
    expect(followed(warm, 6 * HOUR, 256).told).toBe(0);
    expect(followed(saw, 6 * HOUR, 256).told).toBe(0);
    expect(followed(load, 3 * 24 * HOUR).told).toBe(0);
    expect(followed(() => 0.5 + 0.4 * random(), 24 * HOUR).told).toBe(0);
  });

  it('calls it off when somebody has made room', () => {
    const cleaned: Level = (ms) => (ms < 40 * MINUTE ? 0.4 + (0.01 * ms) / MINUTE : 0.3);
    const { first, last } = followed(cleaned, 3 * HOUR);
    expect(first).toBeDefined();
    expect(last).toBeUndefined();
  });

  it('draws no line through a gap, nor to a bound that moves', () => {
    const drifts = new Drifts();
    const place = drifts.open(1)!;
    for (let ms = 0; ms < HOUR; ms += STEP_MS)
      if (ms % (15 * MINUTE) > 2 * MINUTE) drifts.put(place, START + ms, 0.4 + (0.008 * ms) / MINUTE, 1);
    expect(drifts.read(place)).toBeUndefined();
    const grown = drifts.open(1)!;
    for (let ms = 0; ms < HOUR; ms += STEP_MS)
      drifts.put(grown, START + ms, 10 + (8 * ms) / MINUTE, 64 * Math.ceil((20 + (8 * ms) / MINUTE) / 64));
    expect(drifts.read(grown)).toBeUndefined();
  });

  it('refuses what is over its limit, and counts it', () => {
    const drifts = new Drifts();
    for (let k = 0; k < driftSeriesMax; k++) drifts.open(1);
    expect(drifts.open(1)).toBeUndefined();
    expect(drifts.refused).toBe(1);
    expect(driftBytes).toBeLessThanOrEqual(1_200);
  });
});
