// The search for constants: it helps on the cases it sees, is the same each time, and leaves out whom it must not see.
import { expect, it } from 'vitest';
import { defaults } from '../localise/settings.ts';
import type { RecordedCase } from './case.ts';
import { begin, differing, servicesOf, tunable, tuned, worth } from './tune.ts';

const ROWS = 60;
const ONSET = 50;
const latency = (usual: number, late: number, salt: number): Float64Array =>
  Float64Array.from(
    { length: ROWS },
    (_, i) => usual * (1 + 0.02 * (((i * 7 + salt) % 11) / 5 - 1)) + (i < ONSET ? 0 : late),
  );
/** Till waits for bank; bank shows so little of it that only constants tell who is to blame. */
const made = (late: number): RecordedCase => ({
  id: `made-${late}`,
  dataset: 'made-up',
  stepSeconds: 60,
  anomalyStart: ONSET * 60,
  columns: ['till', 'bank'].map((service) => ({ column: service, service, metric: 'latency', unit: 's' })),
  edges: [['till', 'bank']],
  events: [],
  times: Array.from({ length: ROWS }, (_, i) => i * 60),
  values: [latency(0.01, 0.3, 1), latency(0.05, late, 2)],
});
const cases = [0.02, 0.04, 0.3].map((late) => tunable(made(late), { services: ['bank'] }));

it('never ends worse than it began, and ends the same each time', () => {
  const chosen = tuned(cases);
  expect(worth(cases, chosen)).toBeGreaterThan(worth(cases, begin));
  expect(tuned(cases)).toEqual(chosen);
  expect(servicesOf(cases[2]!, chosen)[0]).toBe('bank');
});
it('begins away from the product, and says where it ends otherwise', () => {
  expect(differing(defaults)).toEqual([]);
  expect(differing(begin).length).toBeGreaterThan(8);
});
