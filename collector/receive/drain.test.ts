// Messages of one statement share a template, messages of two do not, and no message makes the tree grow beyond its bounds.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Drain, wordsOf } from './drain.ts';
import { receiveLimits } from './limits.ts';

/** Statements as programs print them, `%` being what varies. */
const statements = [
  'connection to % refused after % attempts',
  'order % of customer % could not be charged: timeout',
  'payment declined by issuer, code %',
  'cannot read property of undefined (reading %)',
  'deadlock detected while updating row % in table orders',
  'ENOSPC: no space left on device, write',
];
const values = [
  '7',
  '10.2.3.4:5432',
  'a81bc81b-dead-4e5d-abff-90865d1e13b1',
  '0x7ffe',
  '"ada"',
  '12ms',
  '-3.5e7',
  '2026-11-24T10:00:00Z',
];

describe('templates', () => {
  it('are one a statement, whatever varies in it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(statements.length - 1), fc.infiniteStream(fc.constantFrom(...values))), {
          minLength: 1,
          maxLength: 60,
        }),
        (messages) => {
          const drain = new Drain();
          const names = new Map<number, string>();
          for (const [which, stream] of messages) {
            const text = statements[which]!.replaceAll('%', () => stream.next().value!);
            const { template, isNew } = drain.meet(text);
            expect(isNew).toBe(!names.has(which));
            expect(names.get(which) ?? template.name).toBe(template.name);
            names.set(which, template.name);
          }
          expect(new Set(names.values()).size).toBe(names.size);
        },
      ),
    );
  });

  it('learn that a word varies which no pattern knows', () => {
    const drain = new Drain();
    const met = ['ada', 'grace', 'lin'].map((name) => drain.meet(`no account found for user ${name}`));
    expect(met.map(({ isNew }) => isNew)).toEqual([true, false, false]);
    expect(met[0]?.template.tokens.join(' ')).toBe('no account found for user <*>');
    expect(met[0]?.template.name).toBe('no account found for user ada');
  });

  it('stay within their number, and say the same of the same message', () => {
    const drain = new Drain();
    fc.assert(
      fc.property(fc.string({ maxLength: 300, unit: 'binary' }), (text) => {
        const { template } = drain.meet(text);
        expect(drain.meet(text)).toEqual({ template, isNew: false });
        const words = wordsOf(text);
        expect(words.length).toBeLessThanOrEqual(48);
        // What is remembered of a template is its name: it must lead back to it.
        expect(wordsOf(words.join(' '))).toEqual(words);
      }),
      { numRuns: 300 },
    );
    expect(drain.size).toBeLessThanOrEqual(receiveLimits.signaturesMax);
  });

  it('cost little, however hostile the text', () => {
    const drain = new Drain();
    for (const text of [
      'a'.repeat(8e6),
      '"'.repeat(1e6),
      '1'.repeat(1e6),
      '0-'.repeat(1e6),
      'a '.repeat(1e6),
      `${'f'.repeat(1e6)}g`,
    ]) {
      const from = process.cpuUsage();
      drain.meet(text);
      // Processor time: the machine may be busy with other things.
      expect(process.cpuUsage(from).user).toBeLessThan(250_000);
    }
  });
});
