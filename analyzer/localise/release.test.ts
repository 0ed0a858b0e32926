// A release that asks the database for too much, with figures of a live run; and releases beside it that changed nothing.
import { expect, it } from 'vitest';
import { evidence, ONSET_MS, series } from '../testing/evidence.ts';
import type { Evidence } from '../types.ts';
import { localise } from './localise.ts';
import { overReleases } from './release.ts';

const count = { class: 'traffic', stat: 'count', kind: 'delta', bad: 'both' } as const;
/** Two services before one database. Twice as many queries for each request of `larch` as before, and everyone waits for them. */
const slow = (events: Evidence['events'], queries: readonly number[] = [19, 22, 26]): Evidence =>
  evidence(
    [
      series({ entity: 'basalt', caller: 'larch', metric: 'db.duration', stat: 'mean' }, 0.0015, [0.021, 0.049, 0.21]),
      series({ entity: 'basalt', caller: 'finch', metric: 'db.duration', stat: 'mean' }, 0.0014, [0.0065, 0.044, 0.1]),
      series({ entity: 'basalt', caller: 'larch', metric: 'db.duration', ...count }, 9.4, queries, { scale: 7 }),
      series({ entity: 'basalt', caller: 'finch', metric: 'db.duration', ...count }, 17, [23, 25, 17], { scale: 7 }),
      series({ entity: 'larch', metric: 'http.server.duration', stat: 'mean' }, 0.0047, [0.058, 0.2, 0.36]),
      series({ entity: 'larch', metric: 'http.server.duration', ...count }, 4.4, [4, 6, 6], { scale: 3 }),
      series({ entity: 'finch', metric: 'http.server.duration', stat: 'mean' }, 0.0043, [0.014, 0.093, 0.09]),
      series({ entity: 'finch', metric: 'http.server.duration', ...count }, 8.6, [11, 13, 8], { scale: 3.7 }),
    ],
    [
      ['larch', 'basalt'],
      ['finch', 'basalt'],
    ],
    events,
  );
const deploy = (entity: string, timeMs = ONSET_MS - 1_000) => ({ timeMs, entity, kind: 'deploy', what: 'release' });
const named = (of: Evidence) => overReleases(localise(of), of).suspects;

it('names the release whose service asks for more, and says what it explains', () => {
  const suspects = named(slow([deploy('larch')]));
  expect(suspects[0]).toMatchObject({ entity: 'larch', kind: 'latency', metric: 'http.server.duration' });
  expect(suspects[0]!.because).toMatchObject([{ code: 'released', about: 'basalt' }]);
  expect(suspects.find(({ entity }) => entity === 'basalt')?.because).toMatchObject([{ code: 'explained_by' }]);
});

it('names the database where nothing was released, where the other was, or long ago', () => {
  expect(named(slow([]))[0]!.entity).toBe('basalt');
  expect(named(slow([deploy('finch')]))[0]!.entity).toBe('basalt');
  expect(named(slow([deploy('larch', ONSET_MS - 3_600_000)]))[0]!.entity).toBe('basalt');
});

it('names the database where the released service asks as ever', () =>
  expect(named(slow([deploy('larch')], [9, 12, 13]))[0]!.entity).toBe('basalt'));
