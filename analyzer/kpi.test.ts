// A figure of customers is made of many series: whether they add up or are averaged decides what the operator reads.
import { type FrameSchema, hash64, type RuleBook, rule } from '@fenghuo/rules/contract';
import { describe, expect, it } from 'vitest';
import { Graph } from './graph.ts';
import { isBulk, Kpis, waitMsMax } from './kpi.ts';
import { randomNames, rulesFor } from './testing/platform.ts';
import { probeOf } from './testing/probe.ts';
import { tickOf } from './tick-of.ts';
import { Watch } from './watch.ts';

const regions = ['north', 'south', 'west'];

/** What the figure over one gauge per region says when the regions report these values. */
const figure = (unit: string, values: readonly number[]): number => {
  const kpi = { name: 'k', title: 'k', audience: 'merchants', metric: 'app.k', unit, better: 'higher' };
  const topology = rule.parse({ kind: 'topology', entities: [], kpis: [kpi] }) as RuleBook['topology'];
  const watch = new Watch(new Graph(topology), rulesFor(randomNames(1)).detectors);
  const { schema } = probeOf(
    'shop',
    regions
      .slice(0, values.length)
      .map((region) => ({ metric: 'app.k', unit, class: 'business', attributes: { region } })),
  );
  const kpis = new Kpis(topology, watch);
  kpis.learn(schema, schema.probe);
  kpis.push(schema.hash, schema.probe, 1_000, Float64Array.from(values));
  kpis.settle(1_000);
  return kpis.find('k')!.series.last;
};

it('adds up what each region counts: 100 terminals are online, not 33.3', () => {
  expect(figure('{terminal}', [40, 35, 25])).toBe(100);
  expect(figure('By', [1_000, 24])).toBe(1_024);
});

it('averages what does not add up: the fill of two buffers is no 150 %', () => {
  expect(figure('1', [0.9, 0.6])).toBeCloseTo(0.75, 12);
  expect(figure('Cel', [20, 30])).toBe(25);
});

it('waits for whoever was heard before a slow bus held it up, and for nobody who is gone', () => {
  const kpi = { name: 'k', title: 'k', audience: 'merchants', metric: 'app.k', unit: '{order}', better: 'higher' };
  const topology = rule.parse({ kind: 'topology', entities: [], kpis: [kpi] }) as RuleBook['topology'];
  const watch = new Watch(new Graph(topology), rulesFor(randomNames(1)).detectors);
  const kpis = new Kpis(topology, watch);
  const column = { metric: 'app.k', unit: '{order}', class: 'business', attributes: {} } as const;
  const [one, two] = ['shop', 'till'].map((service) => probeOf(service, [column]).schema) as [FrameSchema, FrameSchema];
  for (const schema of [one, two]) {
    watch.learn(schema, 0);
    kpis.learn(schema, hash64(schema.probe));
    watch.probes.get(hash64(schema.probe))!.seenMs = 10_000;
  }
  // The bus stood still after the tenth second; in the eighteenth one probe's frames come first.
  watch.probes.get(hash64(one.probe))!.seenMs = 18_000;
  kpis.push(one.hash, hash64(one.probe), 11_000, Float64Array.of(20));
  kpis.settle(10_000 - waitMsMax);
  expect(kpis.find('k')!.series.last).toBeNaN();
  kpis.push(two.hash, hash64(two.probe), 11_000, Float64Array.of(30));
  kpis.settle(10_000 - waitMsMax);
  expect(kpis.find('k')!.series.last).toBe(50);
  kpis.push(one.hash, hash64(one.probe), 12_000, Float64Array.of(20));
  kpis.settle(18_000 - waitMsMax);
  expect(kpis.find('k')!.series.last).toBe(20);
});

describe('a ratio over what two services count', () => {
  const column = (metric: string) =>
    ({ metric, unit: '{order}', class: 'business', kind: 'delta', attributes: {} }) as const;
  const per = { metric: 'app.paid' };
  const kpi = { name: 'k', title: 'k', audience: 'customers', metric: 'app.sent', per, unit: '1', better: 'higher' };
  const topology = rule.parse({ kind: 'topology', entities: [], kpis: [kpi] }) as RuleBook['topology'];
  /** Ratios told in each second while `paid` is told as given, `undefined` where its probe keeps silent, and `sent`, or ten. */
  const told = (
    paid: readonly (number | undefined)[],
    aheadMs: readonly number[],
    sent: readonly number[] = [],
  ): number[] => {
    const watch = new Watch(new Graph(topology), rulesFor(randomNames(1)).detectors);
    const kpis = new Kpis(topology, watch);
    const [sender, payer] = [
      probeOf('sender', [column('app.sent')]).schema,
      probeOf('payer', [column('app.paid')]).schema,
    ];
    for (const schema of [sender, payer]) {
      watch.learn(schema, 0);
      kpis.learn(schema, hash64(schema.probe));
    }
    const frame = (schema: FrameSchema, timeMs: number, atMs: number, value: number): void => {
      const probe = watch.probes.get(hash64(schema.probe))!;
      const bulk = isBulk(probe, timeMs, atMs);
      const tickMs = tickOf(watch.probes.values(), probe.hash, timeMs, atMs);
      Object.assign(probe, { seenMs: atMs, tickMs: timeMs });
      kpis.push(schema.hash, probe.hash, tickMs, Float64Array.of(value), 0, bulk);
    };
    return paid.map((value, i) => {
      const atMs = (i + 1) * 1_000;
      frame(sender, atMs, atMs, sent[i] ?? 10);
      if (value !== undefined) frame(payer, atMs + aheadMs[i]!, atMs, value);
      kpis.settle(atMs - waitMsMax);
      return kpis.find('k')!.series.last;
    });
  };

  it('is not judged by the frame in which one of them, whose clock was set back, tells of five seconds at once', () => {
    const silent = Array.from({ length: 5 }, () => undefined);
    const paid = [...Array.from({ length: 12 }, () => 10), ...silent, 60, ...Array.from({ length: 12 }, () => 10)];
    const ahead = paid.map((_, i) => (i < 12 ? 5_000 : 0));
    expect(Math.min(...told(paid, ahead).filter((value) => !Number.isNaN(value)))).toBe(1);
  });

  it('is of the same second on both sides where the clock of one of them is five seconds ahead', () => {
    const orders = Array.from({ length: 30 }, (_, i) => [4, 14, 6, 11, 5, 13, 8][i % 7]!);
    const ahead = orders.map((_, i) => (i < 8 ? 0 : 5_000));
    expect(new Set(told(orders, ahead, orders).filter((value) => !Number.isNaN(value)))).toEqual(new Set([1]));
  });

  it('is judged all along where the clock only stays wrong', () => {
    const paid = Array.from({ length: 20 }, (_, i) => (i < 12 ? 10 : 40));
    const ahead = paid.map(() => 2_000);
    expect(told(paid, ahead).at(-1)).toBeLessThan(0.5);
  });
});
