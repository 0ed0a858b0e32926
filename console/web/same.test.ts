import fc from 'fast-check';
import { expect, it } from 'vitest';
import { keepSame } from './same.ts';

const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

it('says what came, whatever was there before', () => {
  fc.assert(
    fc.property(fc.json(), fc.json(), (a, b) => {
      const after: unknown = JSON.parse(b);
      expect(keepSame(JSON.parse(a), after)).toEqual(after);
    }),
  );
});

it('is what was there before where nothing changed', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      const before: unknown = JSON.parse(text);
      expect(keepSame(before, copy(before))).toBe(before);
    }),
  );
});

it('keeps the parts of an incident that a note does not touch', () => {
  const before = { cause: { entity: 'lender' }, path: [{ to: 'till' }], timeline: [{ text: 'opened' }] };
  const after = { ...copy(before), timeline: [{ text: 'opened' }, { text: 'a note' }] };
  const kept = keepSame(before, after);
  expect(kept).toEqual(after);
  expect(kept.cause).toBe(before.cause);
  expect(kept.path).toBe(before.path);
  expect(kept.timeline[0]).toBe(before.timeline[0]);
  expect(kept.timeline).not.toBe(before.timeline);
});
