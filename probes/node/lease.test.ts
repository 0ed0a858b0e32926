// The probe reads a lease by hand; it takes and refuses exactly what the contract's schema does.
import { flagLease, limits } from '@fenghuo/rules/contract';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readLease } from './lease.ts';

const right = {
  v: fc.constant(1),
  service: fc.string(),
  key: fc.string(),
  value: fc.option(fc.string()),
  leaseMs: fc.integer({ min: limits.leaseMsMin, max: limits.leaseMsMax }),
  action: fc.string(),
  renewal: fc.nat(),
};
/** Mostly right, one field or two replaced by anything, near its bounds too. */
const wrong = fc.oneof(
  fc.anything(),
  fc.constantFrom(0, -1, 1.5, Number.NaN, 1e300, limits.leaseMsMin - 1, limits.leaseMsMax + 1, null, undefined, ''),
);

it('agrees with the contract on every lease and on what is none', () => {
  const lease = fc.record(right);
  const spoilt = fc
    .tuple(lease, fc.dictionary(fc.constantFrom(...Object.keys(right)), wrong, { maxKeys: 2 }))
    .map(([base, over]) => ({ ...base, ...over }));
  fc.assert(
    fc.property(fc.oneof(lease, spoilt, fc.anything()), (payload) => {
      const parsed = flagLease.safeParse(payload);
      expect(readLease(payload)).toEqual(parsed.success ? parsed.data : undefined);
    }),
    { numRuns: 2_000 },
  );
});
