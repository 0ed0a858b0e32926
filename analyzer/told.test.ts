// Whatever is missing when something is decided, everybody who follows the decisions can read it: what cannot be read pages nobody.
import { decision } from '@fenghuo/rules/contract';
import { expect, it } from 'vitest';
import { Run } from './testing/run.ts';

it.each([1, 2, 3])(
  'every decision survives the wire, also where calls stop being made while others are late (seed %i)',
  (seed) => {
    const run = new Run(70 + seed).seconds(150);
    const { one, two, store } = run.platform.names;
    // All are slow, which is a busy machine and no incident; then one is not called any more, and calls to others fail.
    run.seconds(3, { busy: 9 });
    run.seconds(4, { busy: 9, uncalled: [store], errors: { [one]: 0.9, [two]: 0.9 } });
    run.seconds(60);
    expect(run.of('incident.opened').length).toBeGreaterThan(0);
    for (const told of run.log) expect(decision.safeParse(JSON.parse(JSON.stringify(told))).error).toBeUndefined();
  },
);
