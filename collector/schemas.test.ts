// What the collector knows of schemas: learned once, told anew before what keeps them elsewhere forgets them.
import { describe, expect, it } from 'vitest';
import { Schemas, TELL_AGAIN_MS } from './schemas.ts';
import { schemaOf } from './testing/sender.ts';

describe('schemas', () => {
  it('are told when they are new, and once a day while they are announced', () => {
    const clock = { nowMs: 1_800_000_000_000, now: () => clock.nowMs };
    const schemas = new Schemas(async () => undefined, clock);
    const schema = schemaOf('heron@1', 3);
    const told = (afterMs: number): boolean => {
      clock.nowMs += afterMs;
      return schemas.learn(schema) !== undefined;
    };
    expect([told(0), told(60_000), told(TELL_AGAIN_MS - 60_001), told(1), told(60_000)]).toEqual([
      true,
      false,
      false,
      true,
      false,
    ]);
  });
});
