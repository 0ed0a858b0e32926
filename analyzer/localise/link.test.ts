// A link is named when both its ends are well: the caller's view of the calls and the callee's own disagree.
import { describe, expect, it } from 'vitest';
import type { Evidence, SeriesEvidence } from '../types.ts';
import { endsOf, overLinks } from './link.ts';
import { localise } from './localise.ts';

type Of = { caller?: string; class?: SeriesEvidence['meta']['class']; metric?: string; usual?: number; unit?: string };
const ONSET = 10_000;
/** A figure that was as usual before and reads `now` each second since the onset; NaN is a second without word. */
const figure = (entity: string, now: readonly number[], of: Of = {}): SeriesEvidence => {
  const usual = of.usual ?? 0.05;
  return {
    meta: {
      id: `${of.caller} ${entity} ${of.metric}`,
      entity,
      ...(of.caller === undefined ? {} : { caller: of.caller }),
      metric: of.metric ?? (of.caller === undefined ? 'http.server.request.duration' : 'http.client.request.duration'),
      stat: 'p50',
      unit: of.unit ?? 's',
      class: of.class ?? 'latency',
      kind: 'gauge',
      bad: 'up',
    },
    baseline: {
      n: 60,
      location: usual,
      scale: 0.1 * usual,
      mean: usual,
      sd: 0.1 * usual,
      min: 0,
      max: 2 * usual,
      missing: 0,
    },
    timesMs: Float64Array.from(now, (_, i) => ONSET + 1_000 * i),
    values: Float64Array.from(now),
  };
};
const late = [0.55, 0.56, 0.54];
const well = [0.05, 0.051, 0.049];
const seen = (...series: SeriesEvidence[]): Evidence => ({
  stepMs: 1_000,
  onsetMs: ONSET,
  nowMs: ONSET + 2_000,
  series,
  edges: [
    { caller: 'shop', callee: 'till', source: 'traffic' },
    { caller: 'desk', callee: 'till', source: 'traffic' },
  ],
  kinds: new Map(),
  hosts: new Map(),
  events: [],
});
const first = (...series: SeriesEvidence[]) => {
  const evidence = seen(...series);
  return overLinks(localise(evidence), evidence).suspects[0]!;
};

/** Memory that `till` has held for a quarter of a minute before the onset, growing by so many bytes a second. */
const held = (grows: number): SeriesEvidence => {
  const values = Array.from({ length: 18 }, (_, i) => 2e8 + Math.max(0, i - 3) * grows);
  const one = figure('till', values, { class: 'resource', metric: 'process.memory.usage', unit: 'By', usual: 2e8 });
  return { ...one, timesMs: one.timesMs.map((timeMs) => timeMs - 15_000) };
};

describe('the network between two services', () => {
  it('is named when calls are late for the caller and answered in time by the callee', () => {
    const cause = first(figure('till', late, { caller: 'shop' }), figure('till', well));
    expect(cause).toMatchObject({ entity: 'shop → till', entityKind: 'edge', kind: 'network' });
    expect(endsOf(cause.entity)).toEqual(['shop', 'till']);
  });

  it('is not named where the callee runs out of memory: collections stop it, and it does not know how long its callers waited', () => {
    const calls = [figure('till', late, { caller: 'shop' }), figure('till', well)];
    expect(first(...calls, held(1e8)).entity).toBe('till');
    expect(first(...calls, held(0)).entity).toBe('shop → till');
  });

  it('is not named where the callee itself waits for somebody as long as it is waited for: it has got the calls', () => {
    const age = { metric: 'fenghuo.client.oldest_request.age', usual: 0.001 } as const;
    const calls = [
      figure('till', late, { caller: 'shop' }),
      figure('till', well),
      figure('till', [0.7, 1.7, 2.7], { ...age, caller: 'shop' }),
    ];
    // It waits for a connection out of its pool; the store answers everybody else.
    const waits = figure('store', [0.7, 1.7, 2.7], { ...age, caller: 'till' });
    expect(overLinks(localise(seen(...calls)), seen(...calls, waits)).suspects[0]?.entity).toBe('till');
    expect(first(...calls).entity).toBe('shop → till');
  });

  it('is not named where what waits at the caller is under way at the callee: it has arrived', () => {
    const active = { class: 'saturation', unit: '{request}', usual: 0.1 } as const;
    const calls = [figure('till', late, { caller: 'shop' }), figure('till', well)];
    const waiting = figure('till', [2, 3, 5], { ...active, caller: 'shop', metric: 'fenghuo.client.active_requests' });
    const at = (values: number[]) => figure('till', values, { ...active, metric: 'http.server.active_requests' });
    expect(first(...calls, waiting, at([2, 3, 5])).entity).toBe('till');
    expect(first(...calls, waiting, at([0, 2, 1])).entity).toBe('shop → till');
    // Of few calls two are often under way at a callee that is well.
    const few = { ...active, usual: 0.4 } as const;
    const some = figure('till', [1, 2, 3], { ...few, caller: 'shop', metric: 'fenghuo.client.active_requests' });
    const there = (values: number[]) => figure('till', values, { ...few, metric: 'http.server.active_requests' });
    expect(first(...calls, some, there([0, 1, 2])).entity).toBe('shop → till');
    expect(first(...calls, some, there([0, 2, 3])).entity).toBe('till');
  });

  it('is named for calls that fail though the caller is a little busy with trying them again', () => {
    const errors = { class: 'errors', unit: '{error}', usual: 0 } as const;
    const failing = figure('till', [22, 34, 24], { ...errors, caller: 'shop', metric: 'fenghuo.client.errors' });
    const none = figure('till', [0, 0, 0], { ...errors, metric: 'fenghuo.server.errors' });
    const loop = figure('shop', [0.3, 0.4, 0.3], { metric: 'nodejs.eventloop.delay.max', class: 'saturation' });
    const inTime = figure('till', [0.055, 0.055, 0.055], { caller: 'shop' });
    expect(first(failing, none, inTime, loop).entity).toBe('shop → till');
  });

  it('is named when calls fail that never reach the callee, which reports that it failed none', () => {
    const errors = { class: 'errors', unit: '{error}', usual: 0 } as const;
    const failing = figure('till', [12, 14, 11], { ...errors, caller: 'shop', metric: 'fenghuo.client.errors' });
    const none = figure('till', [0, 0, 0], { ...errors, metric: 'fenghuo.server.errors' });
    expect(first(failing, none).entity).toBe('shop → till');
    // Whoever is stopped for want of memory is waited for: these failed in no time.
    expect(first(failing, none, held(1e8)).entity).toBe('shop → till');
  });

  it('is named though the callee was a little late for once: that accounts for callers that wait, and these failed in no time', () => {
    const errors = { class: 'errors', unit: '{error}', usual: 0 } as const;
    const failing = figure('till', [12, 14, 11], { ...errors, caller: 'shop', metric: 'fenghuo.client.errors' });
    const none = figure('till', [0, 0, 0], { ...errors, metric: 'fenghuo.server.errors' });
    expect(first(failing, none, figure('till', [0.13, Number.NaN, Number.NaN])).entity).toBe('shop → till');
    const waiting = figure('till', late, { caller: 'shop' });
    expect(first(failing, none, waiting, figure('till', late)).entity).toBe('till');
  });

  it('is not accused, nor the callee, when the caller computes without end and sees everything late', () => {
    const busy = figure('shop', [0.18, 0.18, 0.18], {
      class: 'saturation',
      metric: 'nodejs.eventloop.delay.p50',
      usual: 0.02,
    });
    expect(first(figure('till', late, { caller: 'shop' }), figure('till', well), busy)).toMatchObject({
      entity: 'shop',
      kind: 'eventloop',
    });
  });

  it('is not accused when the callee itself is slow', () => {
    expect(first(figure('till', late, { caller: 'shop' }), figure('till', late)).entity).toBe('till');
  });

  it('is not accused when the callee was down for some of the time: it restarted', () => {
    const back = figure('till', [Number.NaN, Number.NaN, 0.05]);
    expect(first(figure('till', late, { caller: 'shop' }), back).entity).toBe('till');
  });

  it('is not accused when a blocked loop took the calls late: such a callee does not know how late it is', () => {
    const loop = figure('till', [0.7, 0.7, 0.7], {
      class: 'saturation',
      metric: 'nodejs.eventloop.delay.p99',
      usual: 0.02,
    });
    expect(first(figure('till', late, { caller: 'shop' }), figure('till', well), loop).entity).toBe('till');
  });

  it('is not accused while calls still wait: the callee has not told of them yet', () => {
    const age = figure('till', late, { caller: 'shop', metric: 'fenghuo.client.oldest_request.age' });
    expect(first(age, figure('till', well)).entity).toBe('till');
  });

  it('is not accused when all callers complain, nor when the callee is somebody who tells nothing of himself', () => {
    const both = [figure('till', late, { caller: 'shop' }), figure('till', late, { caller: 'desk' })];
    expect(first(...both, figure('till', well)).entity).toBe('till');
    expect(first(figure('till', late, { caller: 'shop' })).entity).toBe('till');
  });
});
