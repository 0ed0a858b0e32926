// A lock that holds one query of two: the typical one is as fast as ever, and who waits for it looks slow by itself.
import { expect, it } from 'vitest';
import { evidence, ONSET_MS, series } from '../testing/evidence.ts';
import { timeSpent } from './time-spent.ts';

const count = { class: 'traffic', stat: 'count', kind: 'delta', bad: 'both', unit: 's' } as const;
const mean = { class: 'latency', stat: 'mean', unit: 's' } as const;
/** `larch` serves 26 requests a second with two queries each of `basalt`, which `finch` asks as well. */
const locked = (theirs: number, own = 0.312) =>
  evidence(
    [
      series({ entity: 'larch', metric: 'server', ...mean }, 0.004, [own, own]),
      series({ entity: 'larch', metric: 'server', ...count }, 10, [26, 26]),
      series({ entity: 'larch', metric: 'collections', ...count }, 1, [1, 1]),
      series({ entity: 'basalt', caller: 'larch', metric: 'query', ...mean }, 0.001, [0.159, 0.159]),
      series({ entity: 'basalt', caller: 'larch', metric: 'query', ...count }, 19, [51, 51]),
      series({ entity: 'basalt', caller: 'finch', metric: 'query', ...mean }, 0.001, [theirs, theirs]),
      series({ entity: 'basalt', caller: 'finch', metric: 'query', ...count }, 20, [44, 44]),
    ],
    [
      ['larch', 'basalt'],
      ['finch', 'basalt'],
    ],
    [],
  );
const part = (of: ReturnType<typeof locked>): number => timeSpent(of.series, ONSET_MS)('larch', 'basalt');

it('accounts for all that the requests took longer by the few queries that were held', () => {
  expect(part(locked(0.021))).toBeGreaterThan(0.95);
  expect(part(locked(0.021, 1))).toBeCloseTo(0.31, 2);
});

it('says nothing where nobody else waits for the callee, nor of requests that took as long as ever', () => {
  expect(part(locked(0.0012))).toBe(0);
  expect(part(locked(0.003))).toBe(0);
  expect(part(locked(0.021, 0.0045))).toBe(0);
});
