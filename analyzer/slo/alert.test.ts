// Budgets in the engine, on a made-up platform: what no detector calls an incident uses a budget up, and pages, joins or is noted.
import {
  type BurnPolicy,
  type FrameSchema,
  frameSchema,
  hash64,
  type Slo,
  type SloIndicator,
} from '@fenghuo/rules/contract';
import { describe, expect, it } from 'vitest';
import { apply, createEngine, type Engine } from '../engine.ts';
import type { Input } from '../input.ts';
import { step } from '../pipeline.ts';
import { type Platform, rulesFor, type Trouble } from '../testing/platform.ts';
import { Run } from '../testing/run.ts';

const page: BurnPolicy = { severity: 'page', burn: 5, longMs: 120_000, shortMs: 10_000, forMs: 0 };
const failing = (service: string): SloIndicator => ({
  kind: 'bad',
  part: { calls: 'failed', service },
  total: { calls: 'all', service },
});
const slo = (service: string, more: Partial<Slo> = {}): Slo => ({
  name: 'till-answers',
  title: { en: 'The till answers', zh: '收银应答' },
  service,
  target: 0.999,
  periodMs: 86_400_000,
  indicator: failing(service),
  policies: [page],
  ...more,
});

const running = (seed: number, slos: (names: Platform['names']) => readonly Slo[]): Run =>
  new Run(seed, (rules, names) => ({ ...rules, slos: slos(names) }), 'off');

/** One call in some twenty of the till fails, from the first second on: to detectors that is what is usual here, to the objective it is not. */
const trickle = (names: Platform['names']): Trouble => ({ errors: { [names.till]: 0.04 } });

describe('a page of a burning budget', () => {
  const run = running(21, (n) => [slo(n.till)]);
  const { names } = run.platform;

  it('opens an incident that no detector would have opened', () => {
    expect(run.seconds(5, trickle(names)).log).toEqual([]);
    run.seconds(55, trickle(names));
    const opened = run.of('incident.opened');
    expect(opened).toHaveLength(1);
    expect(opened[0]?.trigger[0]).toMatchObject({ shape: 'burn', entity: names.till, metric: 'till-answers' });
    const [burn] = run.of('slo.burn');
    expect(burn).toMatchObject({ incident: opened[0]?.incident, opened: true, slo: 'till-answers' });
    expect(burn?.long).toBeGreaterThanOrEqual(5);
    expect(burn?.left).toBeLessThan(1);
  });

  it('keeps it open while it burns, and tells once', () => {
    run.seconds(120, trickle(names));
    expect(run.of('incident.opened')).toHaveLength(1);
    expect(run.of('slo.burn')).toHaveLength(1);
    expect(run.of('incident.state').filter(({ to }) => to === 'closed')).toEqual([]);
  });

  it('is called off when it is over, and the incident closes', () => {
    run.seconds(90);
    expect(run.of('slo.calm')).toMatchObject([{ incident: run.of('incident.opened')[0]?.incident }]);
    expect(run.of('incident.state').at(-1)?.to).toBe('closed');
    expect(run.of('incident.opened')).toHaveLength(1);
  });
});

it('joins the incident that is open about its service', () => {
  const run = running(22, (n) => [slo(n.till)]).seconds(150);
  const { one, till } = run.platform.names;
  run.seconds(40, { slow: { [one]: 750 }, errors: { [till]: 0.5 } });
  expect(run.of('incident.opened')).toHaveLength(1);
  expect(run.of('slo.burn')).toMatchObject([{ incident: run.of('incident.opened')[0]?.incident, opened: false }]);
});

it('is a notice without an incident where the policy is a ticket', () => {
  const ticket = { ...page, severity: 'ticket' as const };
  const run = running(23, (n) => [slo(n.till, { policies: [ticket] })]);
  run.seconds(60, trickle(run.platform.names)).seconds(30);
  expect(run.log.map(({ type }) => type)).toEqual(['slo.burn', 'slo.calm']);
  expect(run.of('slo.burn')[0]?.incident).toBeUndefined();
});

it('says nothing during maintenance of the service', () => {
  const run = running(24, (n) => [slo(n.till)]);
  const { till } = run.platform.names;
  const timeMs = run.platform.nowMs;
  const event = {
    v: 1 as const,
    kind: 'maintenance' as const,
    service: till,
    what: 'works',
    timeMs,
    untilMs: timeMs + 60_000,
  };
  step(run.engine, run.platform.say({ kind: 'event', event }));
  expect(run.seconds(50, trickle(run.platform.names)).log).toEqual([]);
});

it('counts calls that took too long, and any metric that somebody reports', () => {
  const run = running(25, (n) => [
    slo(n.one, {
      name: 'quick',
      target: 0.9,
      indicator: {
        kind: 'bad',
        part: { calls: 'slow', service: n.one, caller: n.till, slowerThan: 300 },
        total: { calls: 'all', service: n.one, caller: n.till },
      },
    }),
    slo(n.till, {
      name: 'paid',
      target: 0.9,
      indicator: {
        kind: 'good',
        part: { metric: 'app.paid', attributes: {} },
        total: { metric: 'app.tried', attributes: {} },
      },
    }),
    slo(n.till, {
      name: 'waits',
      target: 0.5,
      indicator: {
        kind: 'threshold',
        of: { metric: 'http.client.request.duration', stat: 'p50', service: n.till, attributes: { callee: n.store } },
        op: 'lte',
        value: 0.1,
      },
    }),
    slo(n.till, {
      name: 'by-slices',
      target: 0.9,
      slices: { windowMs: 10_000, target: 0.95 },
      indicator: {
        kind: 'good',
        part: { metric: 'app.paid', attributes: {} },
        total: { metric: 'app.tried', attributes: {} },
      },
    }),
  ]);
  const share = (name: string): number =>
    run.engine.slos.all.find((o) => o.slo.name === name)!.budget.window(120_000)!.badShare;
  run.seconds(60);
  for (const name of ['quick', 'paid', 'waits', 'by-slices']) expect(share(name), name).toBe(0);
  // Half a minute of two: a bank that takes 800 ms, so that two in five customers give up, and a store that takes 200 ms.
  const { one, store } = run.platform.names;
  run.seconds(30, { slow: { [one]: 750, [store]: 200 } });
  // All calls of a third of the time were too slow; below their median the quantiles know nothing, so that some pass for quick.
  expect(share('quick')).toBeGreaterThan(0.25);
  expect(share('quick')).toBeLessThan(0.35);
  expect(share('paid')).toBeCloseTo(0.4 / 3, 1);
  expect(share('waits')).toBeCloseTo(1 / 3, 1);
  expect(share('by-slices')).toBeGreaterThan(0.2);
});

it('remembers what was counted before a restart by its accounts in the log, and nothing twice', () => {
  const run = running(26, (n) => [slo(n.till, { policies: [page], periodMs: 86_400_000 })]);
  run.seconds(1_300, trickle(run.platform.names));
  const accounts = run.of('slo.budget');
  expect(accounts.length).toBe(2);
  const budget = run.engine.slos.all[0]!.budget.window(86_400_000)!;
  const counted = accounts.reduce((sum, { all }) => sum + all, 0);
  expect(counted).toBeGreaterThan(0.9 * budget.total);
  // A new engine that reads only the log: everything up to the last account.
  const fresh = createEngine(
    { ...rulesFor(run.platform.names), slos: [slo(run.platform.names.till)] },
    { partition: 0, act: 'off' },
  );
  for (const d of accounts) apply(fresh, d);
  const known = fresh.slos.all[0]!.budget.window(86_400_000)!;
  expect(known.total).toBeCloseTo(counted, 6);
  expect(known.total - known.goods).toBeCloseTo(
    accounts.reduce((sum, { good, all }) => sum + all - good, 0),
    6,
  );
});

describe('whose calls are counted', () => {
  const resource = (service: string) => ({ service, instance: `${service}-1` });
  const column = (metric: string, kind: 'delta' | 'cumulative', more: object = {}) => ({
    ...{ id: hash64(`${metric}${JSON.stringify(more)}`), metric, unit: 's', kind, class: 'traffic', attributes: {} },
    ...more,
  });
  const schema = (service: string, columns: readonly object[]): FrameSchema =>
    frameSchema.parse({
      v: 1,
      probe: `${service}@1`,
      incarnation: 1,
      hash: hash64(service),
      resource: resource(service),
      listens: [],
      columns,
    });
  const served = schema('shop', [column('http.server.request.duration', 'delta', { stat: 'count' })]);
  const edge = { callee: 'shop', protocol: 'http' };
  const called = schema('front', [column('http.client.request.duration', 'cumulative', { stat: 'count', edge })]);
  const frame = (of: FrameSchema, tick: number, value: number): Input => ({
    ...{ seq: tick * 2 + (of === called ? 1 : 0), atMs: 1_700_000_000_000 + tick * 1_000, kind: 'frame' },
    frame: {
      ...{ schema: of.hash, probe: hash64(of.probe), incarnation: 1, sequence: tick, lost: 0 },
      timeMs: 1_700_000_000_000 + tick * 1_000,
      values: Float64Array.of(value),
    },
  });
  const total = (engine: Engine): number => engine.slos.all[0]!.budget.window(120_000)!.total;

  it('those that callers tell of, once a caller with a probe is there, and totals as what they grew by', () => {
    const rules = { ...rulesFor(new Run(1).platform.names), slos: [slo('shop')] };
    const engine = createEngine(rules, { partition: 0, act: 'off' });
    const learn = (of: FrameSchema): void =>
      void step(engine, { seq: 0, atMs: 1_700_000_000_000, kind: 'schema', schema: of });
    learn(served);
    step(engine, frame(served, 1, 7));
    expect(total(engine)).toBe(7);
    // The caller comes later, with a running total: from now on it counts, and the shop's own count does not.
    learn(called);
    for (let tick = 2; tick < 12; tick++) {
      step(engine, frame(served, tick, 7));
      step(engine, frame(called, tick, 1_000 + 5 * tick));
    }
    expect(total(engine)).toBe(7 + 9 * 5);
  });
});
