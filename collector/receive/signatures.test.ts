// Error signatures of a service: what is news, what is counted in which second, what is told of after how many.
import { decodeFrame, type FrameSchema } from '@fenghuo/rules/contract';
import { describe, expect, it } from 'vitest';
import { receiveLimits } from './limits.ts';
import { Signatures } from './signatures.ts';
import { Source } from './source.ts';

const NOW = 1_800_000_000_000;
const PAY = { service: 'payment' };

const setUp = (known: ReadonlyMap<string, readonly string[]> = new Map()) => {
  const source = new Source({ name: 'open/logs', incarnation: 1, seriesMax: 10_000 });
  const to = new Signatures(source, known);
  const schemas: FrameSchema[] = [];
  /** Sums of all figures closed by `untilMs`, by template; the service's own under ''. */
  const closed = (untilMs: number): Map<string, number> => {
    const sums = new Map<string, number>();
    source.begin(untilMs);
    to.close(untilMs);
    const harvest = source.end();
    schemas.push(...harvest.schemas.map(({ schema }) => schema));
    for (const { bytes } of harvest.frames) {
      const frame = decodeFrame(bytes);
      if ('fault' in frame) throw new Error(frame.fault);
      frame.values.forEach((value, i) => {
        const { attributes } = schemas.find(({ hash }) => hash === frame.schema)!.columns[(frame.first ?? 0) + i]!;
        const key = attributes['log.template'] ?? '';
        if (!Number.isNaN(value)) sums.set(key, (sums.get(key) ?? 0) + value);
      });
    }
    return sums;
  };
  return { to, closed };
};

describe('error signatures', () => {
  it('are counted by their template and together', () => {
    const { to, closed } = setUp();
    for (let i = 0; i < 30; i++) to.error(PAY, `card ${i} declined by bank-${i % 3}`, NOW - i * 10, NOW);
    to.error(PAY, 'pool exhausted', NOW, NOW);
    expect(Object.fromEntries(closed(NOW + 12_000))).toEqual({
      '': 31,
      'card <*> declined by bank-<*>': 30,
      'pool exhausted': 1,
    });
    expect(Object.fromEntries(closed(NOW + 20_000))).toEqual({
      '': 0,
      'card <*> declined by bank-<*>': 0,
      'pool exhausted': 0,
    });
  });

  it('are news once, of a service that is known, whose figures count with those of now', () => {
    const { to } = setUp();
    to.alive(PAY, NOW);
    expect(to.error(PAY, 'disk full', NOW, NOW)).toBeUndefined();
    expect(to.untold.learning).toBe(1);
    const later = NOW + 600_000;
    expect(to.error(PAY, 'disk full', later, later)).toBeUndefined();
    expect(to.error(PAY, 'bank 12 refused order 3 of 4', later, later)).toMatchObject({
      service: 'payment',
      what: 'new error signature: bank <*> refused order <*> of <*>',
      timeMs: later,
    });
    expect(to.error(PAY, 'bank 15 refused order 8 of 9', later, later)).toBeUndefined();
    expect(to.error(PAY, 'of an hour ago', later - 3_600_000, later)).toBeUndefined();
    expect(to.tooLate).toBe(1);
  });

  it('outlive a restart: what was known is no news, what is new is news at once', () => {
    const { to } = setUp(new Map([['payment', ['bank <*> refused order <*>']]]));
    expect(to.error(PAY, 'bank 9 refused order 77', NOW, NOW)).toBeUndefined();
    expect(to.error(PAY, 'something else entirely happened', NOW, NOW)?.what).toContain('something else');
  });

  it('are told within a number', () => {
    const { to } = setUp(new Map([['payment', ['known']]]));
    const word = (i: number): string =>
      'abcdefghij'.replace(/./g, (c) => c + String.fromCharCode(97 + ((i * 7 + c.charCodeAt(0)) % 26)).repeat(i % 5));
    let told = 0;
    for (let i = 0; i < 100; i++)
      if (to.error(PAY, `${word(i)} ${word(i + 31)} ${word(i * 3 + 5)}`, NOW, NOW) !== undefined) told++;
    expect(told).toBe(receiveLimits.signaturesToldPerHourMax);
    expect(to.untold.limit).toBeGreaterThan(0);
  });
});
