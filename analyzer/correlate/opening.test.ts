// What may open an incident, and when a busy machine is the likelier story.
import type { Anomaly, DetectorRule } from '@fenghuo/rules/contract';
import { describe, expect, it } from 'vitest';
import { matters } from '../matters.ts';
import { opens } from './opening.ts';

const rule: DetectorRule = {
  kind: 'detector',
  class: 'latency',
  bad: 'up',
  opens: true,
  changeMin: 1,
  floor: { s: 0.1 },
};
const anomaly = (change: Partial<Anomaly> = {}): Anomaly => ({
  series: 's',
  entity: 'e',
  caller: 'c',
  metric: 'm',
  unit: 's',
  class: 'latency',
  stat: 'p50',
  shape: 'shift',
  onsetMs: 0,
  detectedMs: 0,
  seen: 0.8,
  expected: 0.05,
  low: 0.03,
  high: 0.08,
  z: 30,
  probability: 1,
  ...change,
});

describe('opening', () => {
  it('opens at once on overwhelming evidence, on the second tick on plain, on slight when it is twice as rare', () => {
    expect(opens({ anomaly: anomaly(), ticksOut: 1, calls: 20, nats: 30, natsNeeded: 20, learned: 100 }, rule)).toBe(
      true,
    );
    expect(opens({ anomaly: anomaly(), ticksOut: 1, calls: 2, nats: 19, natsNeeded: 20, learned: 100 }, rule)).toBe(
      false,
    );
    expect(
      opens({ anomaly: anomaly({ seen: 0.18 }), ticksOut: 1, calls: 20, nats: 30, natsNeeded: 20, learned: 100 }, rule),
    ).toBe(false);
    expect(
      opens({ anomaly: anomaly({ seen: 0.18 }), ticksOut: 5, calls: 20, nats: 39, natsNeeded: 20, learned: 100 }, rule),
    ).toBe(false);
    expect(
      opens({ anomaly: anomaly({ seen: 0.18 }), ticksOut: 2, calls: 20, nats: 40, natsNeeded: 20, learned: 100 }, rule),
    ).toBe(true);
    expect(
      opens({ anomaly: anomaly({ seen: 0.4 }), ticksOut: 2, calls: 2, nats: 30, natsNeeded: 20, learned: 100 }, rule),
    ).toBe(true);
  });
  it('takes no slowness for slight of whose calls one in ten is slow by what nobody overlooks', () => {
    const slight = { anomaly: anomaly({ seen: 0.25 }), calls: 20, nats: 21, natsNeeded: 20, learned: 100 };
    expect(opens({ ...slight, ticksOut: 2 }, rule)).toBe(false);
    expect(opens({ ...slight, ticksOut: 2, isPlainlySlow: true }, rule)).toBe(true);
    expect(opens({ ...slight, ticksOut: 1, isPlainlySlow: true }, rule)).toBe(false);
    expect(opens({ ...slight, ticksOut: 2, isPlainlySlow: true, demand: 2 }, rule)).toBe(false);
  });
  it('waits for a third tick of business alone, not where what is not done waits visibly', () => {
    const fewer = { anomaly: anomaly({ class: 'business', unit: '1', seen: 0.6, expected: 0.98 }), calls: undefined };
    const of = { ...fewer, nats: 30, natsNeeded: 20, learned: 100 };
    expect(opens({ ...of, ticksOut: 2 }, rule)).toBe(false);
    expect(opens({ ...of, ticksOut: 3 }, rule)).toBe(true);
    expect(opens({ ...of, ticksOut: 2, isAgreed: true }, rule)).toBe(true);
    expect(opens({ ...of, ticksOut: 2, isAgreed: true, nats: 19 }, rule)).toBe(false);
  });
  it('opens on no extreme, silence, count, class that is evidence only, or series it does not know', () => {
    const is = (change: Partial<Anomaly>, learned = 100): boolean =>
      opens({ anomaly: anomaly(change), ticksOut: 2, calls: 20, nats: 30, natsNeeded: 20, learned }, rule);
    expect(is({ stat: 'max' })).toBe(false);
    expect(is({ shape: 'silence' })).toBe(false);
    expect(is({ stat: 'count' })).toBe(false);
    expect(is({}, 5)).toBe(false);
    expect(
      opens(
        { anomaly: anomaly(), ticksOut: 9, calls: 20, nats: 30, natsNeeded: 20, learned: 100 },
        { ...rule, opens: false },
      ),
    ).toBe(false);
  });
  it('asks for a relative and an absolute change in the bad direction', () => {
    expect(matters(0.14, 0.05, 'up', rule, 's')).toBe(false);
    expect(matters(0.16, 0.05, 'up', rule, 's')).toBe(true);
    expect(matters(0.45, 0.3, 'up', rule, 's')).toBe(false);
    expect(matters(0.1, 0.5, 'up', rule, 's')).toBe(false);
  });
});
