// The whole engine on a service whose disk fills and whose consumer hangs: both are told once with their numbers, and nobody is woken.
import { seededRandom } from '@fenghuo/kit';
import { type Column, type Decision, type FrameSchema, hash64, schemaHash, seriesId } from '@fenghuo/rules/contract';
import { describe, expect, it } from 'vitest';
import { createEngine } from '../engine.ts';
import { step } from '../pipeline.ts';
import { randomNames, rulesFor } from '../testing/platform.ts';

const START = 1_700_000_000_000;
const GB = 2 ** 30;
const bytes = (metric: string, state?: string) =>
  ({
    metric,
    unit: 'By',
    kind: 'gauge',
    class: 'resource',
    attributes: state === undefined ? {} : { 'x.state': state },
  }) as const;
const things = [
  bytes('volume.limit'),
  bytes('volume.usage', 'used'),
  bytes('volume.usage', 'free'),
  { metric: 'work.done', unit: '{job}', kind: 'delta', class: 'business', attributes: {} },
  { metric: 'work.failed', unit: '{job}', kind: 'delta', class: 'errors', attributes: {} },
  { metric: 'http.server.request.duration', unit: 's', kind: 'delta', class: 'latency', stat: 'count', attributes: {} },
] as const;

const schema = (): FrameSchema => {
  const resource = { service: 'worker', instance: '1', host: 'h' };
  const columns = things.map((of): Column => {
    const stat = 'stat' in of ? of.stat : undefined;
    return { ...of, id: seriesId(resource, of.metric, stat, of.attributes), attributes: { ...of.attributes } };
  });
  const bare = { v: 1 as const, probe: 'worker@1', incarnation: START, resource, listens: [], columns };
  return { ...bare, hash: schemaHash(bare) };
};

/** Decisions of so many seconds of a worker, its disk and its jobs as `level` and `jobs` say. */
const lived = (seconds: number, level: (s: number) => number, jobs: (s: number) => number): Decision[] => {
  const engine = createEngine(rulesFor(randomNames(1)), { partition: 0, act: 'off' });
  const random = seededRandom(2);
  const told: Decision[] = [];
  const of = schema();
  let seq = 0;
  step(engine, { seq: seq++, atMs: START, kind: 'schema', schema: of });
  for (let s = 0; s < seconds; s++) {
    const timeMs = START + s * 1_000;
    const used = level(s) * 100 * GB;
    const calls = 40 + Math.floor(random() * 20);
    const values = Float64Array.of(100 * GB, used, 100 * GB - used, jobs(s), 0, calls);
    const head = { probe: hash64(of.probe), incarnation: START, sequence: s, lost: 0 };
    const frame = { ...head, schema: of.hash, timeMs, values };
    told.push(...step(engine, { seq: seq++, atMs: timeMs + 20, kind: 'frame', frame }).decisions);
  }
  return told;
};
const busy = (seed: number) => {
  const random = seededRandom(seed);
  return () => 5 + Math.floor(random() * 5);
};
const checksOf = (all: readonly Decision[]) => all.flatMap((d) => (d.type === 'check.raised' ? [d.check] : []));

describe('preventive findings', () => {
  it('tell that a disk will be full, once, and that somebody made room', () => {
    const all = lived(4_500, (s) => (s < 2_700 ? 0.4 + (s / 3_600) * 0.5 : 0.3), busy(1));
    const checks = checksOf(all);
    expect(checks.map(({ kind, anomaly }) => [kind, anomaly.entity, anomaly.metric, anomaly.shape])).toEqual([
      ['drift', 'worker', 'volume.usage', 'drift'],
    ]);
    const { anomaly, bound, boundMs, text } = checks[0]!;
    expect(bound).toBe(100 * GB);
    expect(Math.abs(boundMs! - START - 4_320_000)).toBeLessThan(300_000);
    expect(anomaly.seen).toBeGreaterThan(anomaly.expected);
    expect(anomaly.probability).toBeGreaterThan(0.9);
    expect(text.en).toMatch(/reaches 100 GiB in \d+ min/);
    expect(all.filter(({ type }) => type === 'check.cleared')).toHaveLength(1);
    expect(all.some(({ type }) => type === 'incident.opened')).toBe(false);
  });

  it('tell that jobs are no longer done though the service is called, and nothing of failures that have ceased', () => {
    const done = busy(3);
    const all = lived(
      900,
      () => 0.4,
      (s) => (s < 600 ? done() : 0),
    );
    expect(checksOf(all).map(({ kind, anomaly }) => [kind, anomaly.metric, anomaly.seen])).toEqual([
      ['stall', 'work.done', 0],
    ]);
    const { anomaly } = checksOf(all)[0]!;
    expect(anomaly.expected).toBeGreaterThan(5);
    expect(anomaly.onsetMs).toBe(START + 600_000);
    expect(anomaly.detectedMs - anomaly.onsetMs).toBeLessThan(40_000);
  });

  it('are none while all is well', () => {
    expect(checksOf(lived(3_000, (s) => 0.4 + 0.02 * Math.sin(s / 300), busy(4)))).toEqual([]);
  });
});
