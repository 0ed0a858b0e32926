// Failures are weighed by their share of the calls, slowness by the calls behind it, and a caller's trouble by what its callee hands on.
import { expect, it } from 'vitest';
import { evidence, ONSET_MS, series } from '../testing/evidence.ts';
import type { SeriesEvidence } from '../types.ts';
import { localise } from './localise.ts';
import { measureOf } from './measure.ts';
import { defaults } from './settings.ts';

type Of = { readonly entity: string; readonly caller?: string };
const before = (was: number) => Array.from({ length: 20 }, () => was);
const calls = (of: Of, n: number): SeriesEvidence => {
  const metric = of.caller === undefined ? 'http.server.request.duration' : 'http.client.request.duration';
  const meta = { ...of, metric, stat: 'count', class: 'traffic', kind: 'delta', bad: 'both' } as const;
  return series(meta, n, [n, n, n, n], { before: before(n) });
};
const failures = (of: Of, is: readonly number[]): SeriesEvidence => {
  const metric = of.caller === undefined ? 'fenghuo.server.errors' : 'fenghuo.client.errors';
  const meta = { ...of, metric, unit: '{error}', class: 'errors', kind: 'delta' } as const;
  return series(meta, 0, is, { scale: 0, before: before(0) });
};
const slow = (of: Of, was: number, is: readonly number[], stat: 'p50' | 'p99'): SeriesEvidence => {
  const meta = { ...of, metric: 'http.client.request.duration', stat } as const;
  return series(meta, was, is, { before: before(was) });
};
const loud = (all: readonly SeriesEvidence[], one: SeriesEvidence): number =>
  measureOf(all, ONSET_MS - 1_000, defaults)(one).strength;

it('takes three of four failed calls for more than thirty of a hundred, and one of one for nothing', () => {
  const few = [calls({ entity: 'a' }, 4), failures({ entity: 'a' }, [3, 3, 3, 3])];
  const many = [calls({ entity: 'b' }, 100), failures({ entity: 'b' }, [30, 30, 30, 30])];
  const single = [calls({ entity: 'c' }, 1), failures({ entity: 'c' }, [1])];
  expect(loud(few, few[1]!)).toBeGreaterThan(loud(many, many[1]!));
  expect(loud(many, many[1]!)).toBeGreaterThan(1);
  expect(loud(single, single[1]!)).toBe(0);
});

it('takes one slow call for less than forty, however far both are from the usual', () => {
  const edge = (entity: string, n: number): SeriesEvidence[] => [
    calls({ entity, caller: 'x' }, n),
    slow({ entity, caller: 'x' }, 0.2, [0.2], 'p99'),
    slow({ entity, caller: 'x' }, 0.05, [1.5], 'p50'),
  ];
  const [seldom, often] = [edge('a', 1), edge('b', 40)];
  expect(loud(often, often[2]!)).toBeGreaterThan(2 * loud(seldom, seldom[2]!));
});

it('names the callee whose failures account for those of its busy caller, at night and by day', () => {
  for (const busy of [1, 20]) {
    const all = [
      calls({ entity: 'shop' }, 10 * busy),
      failures({ entity: 'shop' }, [6 * busy, 5 * busy, 6 * busy, 6 * busy]),
      calls({ entity: 'bank', caller: 'shop' }, 8 * busy),
      failures({ entity: 'bank', caller: 'shop' }, [6 * busy, 5 * busy, 6 * busy, 6 * busy]),
      calls({ entity: 'bank', caller: 'till' }, 4),
      failures({ entity: 'bank', caller: 'till' }, [3, 3, 4, 3]),
    ];
    const edges = [
      ['shop', 'bank'],
      ['till', 'bank'],
    ] as const;
    expect(localise(evidence(all, edges), defaults).suspects[0]?.entity).toBe('bank');
  }
});

it('compares a callee that fails a third of its calls with its siblings by shares: one failure more of five thousand is nothing', () => {
  const quiet = (entity: string): SeriesEvidence[] => [
    calls({ entity, caller: 'shop' }, 5_000),
    failures({ entity, caller: 'shop' }, [1, 1, 1, 1]),
  ];
  const all = [
    calls({ entity: 'shop' }, 9_000),
    failures({ entity: 'shop' }, [2_800, 2_850, 2_790, 2_810]),
    calls({ entity: 'bank', caller: 'shop' }, 8_000),
    failures({ entity: 'bank', caller: 'shop' }, [2_800, 2_850, 2_790, 2_810]),
    ...quiet('store'),
    ...quiet('menu'),
  ];
  const edges = ['bank', 'store', 'menu'].map((callee) => ['shop', callee] as const);
  expect(localise(evidence(all, edges), defaults).suspects[0]?.entity).toBe('bank');
});

it('counts calls by whoever times them where others tally them as well', () => {
  const tally = series(
    { entity: 'a', metric: 'app.requests', unit: '{request}', class: 'traffic', kind: 'delta' },
    4,
    [4],
  );
  const [timed, failed] = [calls({ entity: 'a' }, 100), failures({ entity: 'a' }, [30, 30, 30, 30])];
  expect(loud([tally, timed, failed], failed)).toBe(loud([timed, failed], failed));
  expect(loud([tally, failed], failed)).not.toBe(loud([failed], failed));
});

it('believes a callee that says itself how late it is, though only one of its callers waits', () => {
  const late = (of: Of, was: number, is: number): SeriesEvidence => {
    const metric = of.caller === undefined ? 'http.server.request.duration' : 'http.client.request.duration';
    return series({ ...of, metric, stat: 'p99' }, was, [is, is, is, is], { before: before(was) });
  };
  const all = [
    late({ entity: 'shop' }, 0.002, 0.45),
    late({ entity: 'bank', caller: 'shop' }, 0.05, 0.46),
    late({ entity: 'bank', caller: 'till' }, 0.05, 0.05),
    late({ entity: 'bank' }, 0.05, 0.46),
  ];
  const edges = [
    ['shop', 'bank'],
    ['till', 'bank'],
  ] as const;
  expect(localise(evidence(all, edges), defaults).suspects[0]?.entity).toBe('bank');
});

/** Calls that went well, in percent, of an entity that serves `n` calls a tick. */
const wellOf = (entity: string, shares: readonly number[], n: number): SeriesEvidence[] => [
  series({ entity, metric: 'availability', unit: '%', class: 'errors', bad: 'down' }, 100, shares, {
    scale: 0.1,
    before: before(100),
  }),
  series(
    { entity, metric: 'requests', unit: '{count}', class: 'traffic', kind: 'delta', bad: 'both' },
    n,
    [n, n, n, n],
    {
      before: before(n),
    },
  ),
];
const always = (share: number): number[] => [share, share, share, share];
const lastly = (share: number): number[] => [100, 100, 100, share];

it('takes the failures of a callee that many call for those of a caller of few calls, whose share of them is greater', () => {
  const first = (client: number, shop: number): string | undefined =>
    localise(
      evidence([...wellOf('client', always(60), client), ...wellOf('shop', always(96), shop)], [['client', 'shop']]),
    ).suspects[0]?.entity;
  expect(first(10, 400)).toBe('shop');
  // Of four hundred calls that the client serves the shop fails a tenth of those that fail.
  expect(first(400, 400)).toBe('client');
});

it('takes an address for a service beside it that failed as many calls, however small their share of its own', () => {
  const edges = [
    ['client', '10.0.0.7'],
    ['client', 'shop'],
    ['shop', 'shelf'],
  ] as const;
  const all = [...wellOf('10.0.0.7', lastly(60), 10), ...wellOf('shop', lastly(98.4), 400)];
  expect(localise({ ...evidence(all, edges), kinds: new Map() }).suspects[0]?.entity).toBe('shop');
});
