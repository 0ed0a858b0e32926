// What seemed to hang, once the calls that were under way have ended: a bank that is slower than its customers are patient, one that answers nobody, and one that is half dead.
import { expect, it } from 'vitest';
import { evidence, series } from '../testing/evidence.ts';
import { endedLate } from './ended.ts';

const call = { entity: 'opal', caller: 'till', metric: 'client.duration' } as const;
/** Second by second: what the median call took, how many ended, and how many of them the till gave up on. */
const bank = (p50: readonly number[], ended: readonly number[], failed: readonly number[]) =>
  evidence(
    [
      series({ ...call, stat: 'p50' }, 0.053, p50),
      series({ ...call, stat: 'count', class: 'traffic', kind: 'delta', bad: 'both' }, 20, ended),
      series({ ...call, metric: 'client.errors', class: 'errors', unit: '{error}', kind: 'delta' }, 0, failed),
    ],
    [['till', 'opal']],
  );

it('is late where its customers give up after 0.7 s and the check that waits longer is answered after 0.8 s', () =>
  expect(endedLate(bank([0.053, 0.7, 0.81, 0.79], [8, 16, 4, 4], [0, 12, 0, 0]), 'opal')).toBe(true));
it('hangs where all that ends was given up, however long after', () =>
  expect(endedLate(bank([0.053, 0.7, 2.5, 2.5], [8, 12, 4, 4], [0, 12, 4, 4]), 'opal')).toBe(false));
it('hangs where most are answered as ever and the others never', () =>
  expect(endedLate(bank([0.053, 0.054, 0.06, 0.05], [12, 11, 12, 12], [0, 4, 5, 4]), 'opal')).toBe(false));
it('says nothing of calls that nobody counts, nor of another service', () => {
  const { series: all, ...rest } = bank([0.8, 0.8], [4, 4], [0, 0]);
  expect(endedLate({ ...rest, series: all.filter(({ meta }) => meta.stat !== 'count') }, 'opal')).toBe(false);
  expect(endedLate({ ...rest, series: all }, 'jade')).toBe(false);
  expect(endedLate({ ...rest, series: all }, 'opal')).toBe(true);
});
