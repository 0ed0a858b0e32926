// What a frame costs must not grow with how much of a fleet stirs: a look through all that is anomalous, at each frame, once made a sample
// of 4,000 probes cost 36 times as much as before, and the analyzer fell behind for good.
import { expect, it } from 'vitest';
import { createEngine, type Engine } from './engine.ts';
import { step } from './pipeline.ts';
import { randomNames, rulesFor } from './testing/platform.ts';
import { probeOf } from './testing/probe.ts';

const PROBES = 400;
const COLUMNS = 40;
const LEARNED_S = 40;
/** So many of a probe's figures turn now and then, some in every frame: whenever one does the engine looks at everything. */
const TURNING = 8;
const PERIOD_S = 16;

/** A fleet's engine, and a second of it; `others` is where the figures are that do not turn. */
const fleet = (): { readonly engine: Engine; second(at: number, others: number): void } => {
  const engine = createEngine(rulesFor(randomNames(1)), { partition: 0, act: 'off' });
  const probes = Array.from({ length: PROBES }, (_, i) =>
    probeOf(
      `unit-${i}`,
      Array.from({ length: COLUMNS }, (_, c) => ({ metric: `figure.${c}` })),
    ),
  );
  let seq = 0;
  for (const { schema } of probes) step(engine, { kind: 'schema', schema, seq: ++seq, atMs: 0 });
  const noise = (at: number, place: number): number => 1 + 0.1 * Math.sin(at * 7.3 + place * 1.7);
  return {
    engine,
    second: (at, others) => {
      for (const [i, probe] of probes.entries()) {
        const isOut = (c: number): boolean => at > LEARNED_S && (at + i + 2 * c) % PERIOD_S < PERIOD_S / 2;
        const level = (c: number): number => (c >= TURNING ? others : isOut(c) ? 50 : 1);
        const values = Array.from({ length: COLUMNS }, (_, c) => level(c) * noise(at, i + c));
        const atMs = at * 1_000 + (i * 1_000) / PROBES;
        step(engine, { kind: 'frame', frame: probe.frame(at, ...values), seq: ++seq, atMs });
      }
    },
  };
};

it('a fleet of which nearly all stirs costs less than twice what one costs of which little does', () => {
  const [calm, troubled] = [fleet(), fleet()];
  const spentMs = { calm: 0, troubled: 0 };
  const timed = (run: () => void): number => {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  };
  for (let at = 1; at <= LEARNED_S + 20; at++) {
    const others = at > LEARNED_S ? 50 : 1;
    const [a, b] = [timed(() => calm.second(at, 1)), timed(() => troubled.second(at, others))];
    if (at <= LEARNED_S + 10) continue;
    spentMs.calm += a;
    spentMs.troubled += b;
  }
  expect(troubled.engine.watch.active.size).toBeGreaterThan(0.9 * PROBES * (COLUMNS - TURNING));
  expect(calm.engine.watch.active.size).toBeLessThanOrEqual(PROBES * TURNING);
  expect(spentMs.troubled / spentMs.calm).toBeLessThan(2);
});
