// What a person would call it who saw the last half minute: each shape as it looks on the screen.
import { seededRandom } from '@fenghuo/kit';
import { describe, expect, it } from 'vitest';
import { shapeOf } from './shape.ts';

const random = seededRandom(1);
const jitter = () => random() - 0.5;
/** Half a minute around 50, of which the last samples are what the anomaly brought; band 45 to 55. */
const seen = (after: number, value: (k: number) => number): Float64Array =>
  Float64Array.from({ length: 32 }, (_, k) => (k < 32 - after ? 50 + jitter() : value(k - (32 - after))));
const shape = (after: number, value: (k: number) => number) => shapeOf(seen(after, value), after - 1, 45, 55);

describe('the shape of an anomaly', () => {
  it('a single sample far out is a spike', () => expect(shape(1, () => 400)).toBe('spike'));
  it('a level that jumps and stays is a shift', () => expect(shape(10, () => 80 + jitter())).toBe('shift'));
  it('a consumer that repeats its last value is a stall', () => expect(shape(12, () => 50)).toBe('stall'));
  it('what swings out on both sides is a change of variance', () =>
    expect(shape(12, (k) => 50 + (k % 2 === 0 ? 12 : -12))).toBe('variance'));
  it('so is what flaps within its band where it was calm', () =>
    expect(shape(12, (k) => 50 + (k % 2 === 0 ? 3 : -3))).toBe('variance'));
  it('a steady climb is a drift', () =>
    expect(
      shapeOf(
        Float64Array.from({ length: 32 }, (_, k) => 50 + 0.4 * k + 0.1 * jitter()),
        6,
        45,
        55,
      ),
    ).toBe('drift'));
  it('missing samples are none of it', () => {
    const values = seen(10, () => 80 + jitter());
    values[25] = Number.NaN;
    expect(shapeOf(values, 9, 45, 55)).toBe('shift');
  });
});
