// What the app tells is sent once, with its time; what nobody could read, and what is too much, is counted.
import { businessBatch, limits } from '@fenghuo/rules/contract';
import { expect, it } from 'vitest';
import { Business, type Told } from './business.ts';

const event: Told = { kind: 'payment', step: 'charged', subject: 'cart-1', ref: '7', amount: 4_200, party: 'bank' };

it('hands on what was told, once, in an order and form that the engine takes', () => {
  let now = 1_000;
  const business = new Business(() => now++);
  business.tell({ ...event, step: 'requested' });
  business.tell(event);
  const events = business.take();
  expect(events).toEqual([
    { ...event, step: 'requested', atMs: 1_000 },
    { ...event, atMs: 1_001 },
  ]);
  expect(businessBatch.safeParse({ v: 1, probe: 'p', service: 's', events }).success).toBe(true);
  expect(business.take()).toEqual([]);
});

it('drops and counts what is no event, and what is more than a tick may carry', () => {
  const business = new Business(() => 0);
  for (const wrong of [
    { ...event, subject: '' },
    { ...event, amount: Number.NaN },
    { ...event, ref: 'x'.repeat(200) },
  ])
    business.tell(wrong);
  expect([business.take(), business.dropped]).toEqual([[], 3]);
  for (let i = 0; i < limits.businessEventsMax + 5; i++) business.tell(event);
  expect([business.take().length, business.dropped]).toEqual([limits.businessEventsMax, 8]);
});
