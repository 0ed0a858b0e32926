// The sketch of one tick: count and sum exact, quantiles within 4 % of the true ones, in memory that does not grow.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Sketch } from './sketch.ts';

const filled = (values: readonly number[]): Sketch => {
  const sketch = new Sketch();
  for (const value of values) sketch.add(value);
  return sketch;
};
/** 0.1 ms … 150 s, evenly over the magnitudes. */
const latency = fc.double({ min: Math.log(1e-4), max: Math.log(150), noNaN: true }).map(Math.exp);

describe('the latency sketch', () => {
  it('is within 4 % of the true quantile', () => {
    fc.assert(
      fc.property(
        fc.array(latency, { minLength: 1, maxLength: 500 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, q) => {
          const sorted = [...values].sort((a, b) => a - b);
          const truth = sorted[Math.max(1, Math.ceil(q * values.length)) - 1]!;
          const got = filled(values).quantile(q);
          expect(Math.abs(got - truth) / truth).toBeLessThanOrEqual(0.0401);
        },
      ),
    );
  });

  it('counts, sums and keeps the maximum exactly, and starts from zero after a reset', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e4, noNaN: true }), { maxLength: 200 }), (values) => {
        const sketch = filled(values);
        expect(sketch.count).toBe(values.length);
        expect(sketch.sum).toBe(values.reduce((sum, v) => sum + v, 0));
        expect(sketch.max).toBe(Math.max(0, ...values));
        sketch.reset();
        expect([sketch.count, sketch.sum, sketch.max, sketch.quantile(0.5)]).toEqual([0, 0, 0, Number.NaN]);
      }),
    );
  });

  it('never says more than the maximum nor, of one call, anything but its duration', () => {
    expect(filled([0.8]).quantile(0.5)).toBe(0.8);
    expect(filled([0]).quantile(0.99)).toBe(0);
    fc.assert(
      fc.property(fc.array(latency, { minLength: 1 }), (values) => {
        const sketch = filled(values);
        expect(sketch.quantile(1)).toBeLessThanOrEqual(sketch.max);
        expect(sketch.quantile(0.5)).toBeLessThanOrEqual(sketch.quantile(0.9));
      }),
    );
  });

  it('does not make ten-minute calls look like two-minute ones', () => {
    expect(filled([600, 600, 600]).quantile(0.5)).toBe(600);
  });

  it('takes a clock that was set back for 0 seconds', () => {
    const sketch = filled([-3, 0.05]);
    expect([sketch.count, sketch.sum]).toEqual([2, 0.05]);
  });
});
