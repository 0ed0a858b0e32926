// Real payloads, spoiled in 22,000 ways: whatever comes, it is taken or refused with a reason, and in time. `npm run bench:mutate` does a million for each decoder.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Refusal, refusals } from './refusal.ts';
import { decoders } from './testing/decoders.ts';
import { mutated, ways } from './testing/mutate.ts';
import { realPayloads } from './testing/payloads.ts';

const RUNS = 2_000;
/** Processor time of one payload of at most 64 KiB: the machine may be busy with other things. */
const MICROS_MAX = 1_000_000;

const NOW = Date.now();
const payloads = await realPayloads(NOW);
const mutation = fc.record({ way: fc.constantFrom(...ways), at: fc.nat(1_000_000), n: fc.nat(1_000_000) });

describe('hostile payloads', () => {
  const all = decoders(payloads, NOW);
  it.each(all.map(({ name }) => name))('are taken or refused: %s', { timeout: 300_000 }, (name) => {
    const { real, decode } = all.find((one) => one.name === name)!;
    // As it is it must be taken: else what follows would only test the first check.
    decode(real);
    let refused = 0;
    fc.assert(
      fc.property(
        fc.array(mutation, { minLength: 1, maxLength: 4 }),
        fc.constantFrom(...Object.values(payloads)),
        (mutations, donor) => {
          const bytes = mutated(real, mutations, donor);
          const from = process.cpuUsage();
          try {
            decode(bytes);
          } catch (error) {
            if (!(error instanceof Refusal)) throw error;
            expect(refusals).toHaveProperty(error.reason);
            expect(error.message.length).toBeGreaterThan(0);
            refused++;
          }
          expect(process.cpuUsage(from).user).toBeLessThan(MICROS_MAX);
        },
      ),
      { numRuns: RUNS },
    );
    expect(refused).toBeGreaterThan(0);
  });
});
