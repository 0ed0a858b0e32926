// Every fault has its truth, and none is written for a fault that is not there.
import { expect, it } from 'vitest';
import { faults } from './faults/table.ts';
import { rightFor, truths } from './truth.ts';

it('knows what is right about everything that can be injected, and about nothing else', () => {
  expect(Object.keys(truths).sort()).toEqual(Object.keys(faults).sort());
});

it('expects nobody to be accused of what hurts nobody', () => {
  for (const [name, fault] of Object.entries(faults))
    expect(truths[name]?.right.length === 0, name).toBe(fault.kind === 'distractor');
});

it('names the ends of a link in the names of the run', () => {
  const shout = (role: string): string => role.toUpperCase();
  expect(rightFor(truths['net-delay']!, 'order', 'payment', shout)).toEqual(['ORDER → PAYMENT']);
  expect(rightFor(truths['slow-query']!, 'menu', undefined, shout)).toEqual(['MENU', 'MENU → DATABASE']);
});
