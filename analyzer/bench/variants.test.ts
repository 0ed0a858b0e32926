// A till waits for a slow bank: the bank is named under any names, and not without the graph's sense of who waits for whom.
import { expect, it } from 'vitest';
import { localise } from '../localise/localise.ts';
import { defaults, without } from '../localise/settings.ts';
import { recordedOf } from '../testing/case.ts';
import { interval } from './accuracy-command.ts';
import type { RecordedCase } from './case.ts';
import { evidenceOf } from './evidence.ts';
import { hashed, renamed } from './variants.ts';

const ONSET = 40;
const latency = (usual: number, slow: number): Float64Array =>
  Float64Array.from({ length: 60 }, (_, i) => (i < ONSET ? usual : slow) * (1 + 0.02 * ((i * 7) % 5)));
// The victims are louder than the cause, in deviations and in sum.
const recorded = recordedOf([latency(0.02, 0.9), latency(0.01, 0.85), latency(0.05, 0.8), latency(0.01, 0.01)], ONSET);
const first = (of: RecordedCase, settings = defaults): string | undefined =>
  localise(evidenceOf(of), settings).suspects[0]?.entity;

it('names the callee, not the louder callers, whatever all are called', () => {
  expect(first(recorded)).toBe('bank');
  expect(first(renamed(recorded, hashed))).toBe(hashed('bank'));
});
it('takes the loudest victim where callees explain nothing', () =>
  expect(first(recorded, { ...defaults, ...without['callees explain callers'] })).not.toBe('bank'));
it('gives the same interval for the same seed, around the share', () => {
  const hits = Array.from({ length: 50 }, (_, i) => i % 5 !== 0);
  const [low, high] = interval(hits, 3);
  expect(interval(hits, 3)).toEqual([low, high]);
  expect(low).toBeLessThan(0.8);
  expect(high).toBeGreaterThan(0.8);
});
