// A release that asks the database for too much, with figures of a live run; and releases beside it that changed nothing.
import { expect, it } from 'vitest';
import { evidence, ONSET_MS, series } from '../testing/evidence.ts';
import type { Evidence } from '../types.ts';
import { explain } from './explain.ts';
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

/** The first second of a release whose queries are heavier and not many more: nobody else's typical query is slow yet. */
const heavier = (events: Evidence['events'], theirs = 0.001): Evidence =>
  evidence(
    [
      series({ entity: 'basalt', caller: 'larch', metric: 'db.duration', stat: 'p50' }, 0.0011, [0.106]),
      series({ entity: 'basalt', caller: 'larch', metric: 'db.duration', stat: 'mean' }, 0.0015, [0.119]),
      series({ entity: 'basalt', caller: 'finch', metric: 'db.duration', stat: 'p50' }, 0.0003, [theirs]),
      series({ entity: 'basalt', caller: 'finch', metric: 'db.duration', stat: 'mean' }, 0.001, [0.032]),
      series({ entity: 'larch', metric: 'http.server.duration', stat: 'p50' }, 0.0038, [0.457]),
      series({ entity: 'finch', metric: 'http.server.duration', stat: 'p50' }, 0.0036, [0.045]),
    ],
    [
      ['larch', 'basalt'],
      ['finch', 'basalt'],
    ],
    events,
  );

it('names the release of a moment ago whose typical query alone is slow', () =>
  expect(named(heavier([deploy('larch')]))[0]!.entity).toBe('larch'));

it('names the database where the others typically wait as well, where the other was released, or where the release is minutes old', () => {
  expect(named(heavier([deploy('larch')], 0.08))[0]!.entity).toBe('basalt');
  expect(named(heavier([deploy('finch')]))[0]!.entity).toBe('basalt');
  expect(named(heavier([deploy('larch', ONSET_MS - 120_000)]))[0]!.entity).toBe('basalt');
});

/** A release that asks what nobody asked before: where one is served after the other, all wait alike for it. `young` is how many seconds it has been asked. */
const asksNew = (events: Evidence['events'], { young = 2, took = 2.1 } = {}): Evidence => {
  const time = {
    entity: 'basalt',
    metric: 'client.operation.time',
    class: 'traffic',
    kind: 'delta',
    bad: 'both',
  } as const;
  const slowly = series({ ...time, caller: 'larch', operation: 'SELECT count(*) FROM everything' }, 0, [0, took]);
  const all = [
    series({ entity: 'basalt', caller: 'larch', metric: 'db.duration', stat: 'p50' }, 0.0011, [0.39, 0.36]),
    series({ entity: 'basalt', caller: 'finch', metric: 'db.duration', stat: 'p50' }, 0.0012, [0.39, 0.37]),
    series({ ...time, caller: 'larch', operation: 'SELECT ? FROM users' }, 0.02, [2.4, 2.6]),
    series({ ...time, caller: 'finch', operation: 'SELECT ? FROM dishes' }, 0.02, [2.2, 2.5]),
    { ...slowly, baseline: { ...slowly.baseline, n: young } },
  ];
  const edges = [
    ['larch', 'basalt'],
    ['finch', 'basalt'],
  ] as const;
  return evidence(all, edges, events);
};

it('names the release that asks what nobody asked before, and says what that is', () => {
  const of = asksNew([deploy('larch')]);
  const ranking = overReleases(localise(of), of);
  expect(ranking.suspects[0]).toMatchObject({ entity: 'larch', kind: 'latency' });
  const { cause, affected } = explain(ranking, of);
  expect(cause.reason.en).toContain('it asks basalt for SELECT count(*) FROM everything');
  expect(affected).toEqual(['basalt', 'finch']);
});

it('names the database where only the process is new that asks, as in a rolling release', () => {
  const ofOld = asksNew([deploy('larch')], { young: 100 });
  const ofNew = ofOld.series
    .filter(({ meta }) => meta.operation !== undefined && meta.caller === 'larch')
    .map((one) => ({ ...one, meta: { ...one.meta, instance: 'larch-2' }, baseline: { ...one.baseline, n: 2 } }));
  expect(named({ ...ofOld, series: [...ofOld.series, ...ofNew] })[0]!.entity).toBe('basalt');
});

it('says what is asked though more is asked at the same time', () => {
  const both = asksNew([deploy('larch')]);
  const more = slow([]).series.filter(({ meta }) => meta.stat === 'count');
  const of = { ...both, series: [...both.series, ...more] };
  const { cause } = explain(overReleases(localise(of), of), of);
  expect(cause.entity).toBe('larch');
  expect(cause.reason.en).toContain('it asks basalt for SELECT count(*) FROM everything');
});

it('names the database where the release asks nothing new, where that takes next to nothing, or where the other was released', () => {
  expect(named(asksNew([deploy('larch')], { young: 100 }))[0]!.entity).toBe('basalt');
  expect(named(asksNew([deploy('larch')], { took: 0.001 }))[0]!.entity).toBe('basalt');
  expect(named(asksNew([deploy('finch')]))[0]!.entity).toBe('basalt');
  expect(named(asksNew([deploy('larch', ONSET_MS - 120_000)]))[0]!.entity).toBe('basalt');
});
