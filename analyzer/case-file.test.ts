// A full disk makes every order fail at the merchant while the terminals behind it happen to be 13 ms late: what raised the alarm says which of the two matters.
import type { Anomaly } from '@fenghuo/rules/contract';
import { expect, it } from 'vitest';
import { openFile } from './case-file.ts';

const anomaly = (of: Anomaly['class'], entity: string, caller?: string): Anomaly =>
  ({ class: of, entity, caller, metric: `${of} of calls`, onsetMs: 7_000 }) as Anomaly;
const file = (...trigger: readonly Anomaly[]) =>
  openFile({
    v: 1,
    id: '1',
    seq: 1,
    atMs: 9_000,
    type: 'incident.opened',
    incident: 'i',
    onsetMs: 7_000,
    severity: 'error',
    title: { en: '', zh: '' },
    trigger: [...trigger],
  });

it('knows that failing calls raised the alarm, alone or with what customers felt of them, or only what these felt', () => {
  const [failed, felt] = [anomaly('errors', 'merchant', 'dispatch'), anomaly('business', 'customers')];
  const alarm = { entity: 'merchant', metric: 'errors of calls', timeMs: 7_000 };
  expect(file(failed).alarm).toEqual(alarm);
  expect(file(felt, failed).alarm).toEqual(alarm);
  expect(file(felt).alarm).toEqual({ entity: 'customers', metric: 'business of calls', timeMs: 7_000 });
  expect(file(felt, anomaly('saturation', 'merchant')).alarm).toBeUndefined();
});

it('does not say so where calls were late as well', () => {
  const [failed, late] = [anomaly('errors', 'merchant', 'dispatch'), anomaly('latency', 'merchant', 'dispatch')];
  expect(file(failed, late).alarm).toBeUndefined();
});

it('knows who was called in what opened it and who called, where no figure of business did', () => {
  const failed = anomaly('errors', 'merchant', 'dispatch');
  expect([[...file(failed).felt], [...file(failed).feltBy]]).toEqual([['merchant'], ['dispatch']]);
  expect(file(failed, anomaly('business', 'customers')).felt.size).toBe(0);
});
