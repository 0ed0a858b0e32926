// Who fell silent, looked for frame by frame, is who a look through the whole bank at every tick finds.
import { seededRandom } from '@fenghuo/kit';
import { expect, it } from 'vitest';
import { DetectorBank } from './detect/bank.ts';
import { type Reported, Silences } from './silences.ts';
import type { SeriesMeta } from './types.ts';

it('tells the same series in the same tick as a look at all of them, each once', () => {
  const random = seededRandom(4);
  const [one, all] = [new DetectorBank(), new DetectorBank()];
  const silences = new Silences(one);
  const groups = Array.from({ length: 6 }, (_, g): Reported => {
    const meta = (k: number): SeriesMeta => ({
      id: `${g}.${k}`,
      entity: 'e',
      metric: 'm',
      unit: '1',
      class: 'resource',
      kind: 'gauge',
      bad: 'up',
    });
    const watched = Uint32Array.from({ length: 5 }, (_, k) => one.add(meta(k), 1_000));
    for (let k = 0; k < 5; k++) all.add(meta(k), 1_000);
    return { watched, lastMs: -1, isOver: true };
  });
  let told = 0;
  for (let second = 1; second <= 200; second++) {
    const timeMs = second * 1_000;
    groups.forEach((group, g) => {
      // From the 120th second on: the first stops, the second stops for a while, one series of the third is missing, frames get lost.
      const isGone = (g === 0 && second >= 120) || (g === 1 && second >= 120 && second < 140) || random() < 0.02;
      if (isGone) return;
      const isGap = (k: number): boolean => g === 2 && k === 3 && second >= 120;
      const values = Float64Array.from(group.watched, (_, k) => (isGap(k) ? Number.NaN : random()));
      for (const bank of [one, all]) bank.pushSome(group.watched, 0, group.watched.length, timeMs, values);
      silences.heard(group, timeMs);
    });
    const found = silences.until(timeMs, groups);
    expect(found).toEqual(all.tick(timeMs));
    told += found.length;
  }
  expect(told).toBeGreaterThanOrEqual(11);
});
