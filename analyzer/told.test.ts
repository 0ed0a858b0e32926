// Whatever is missing when something is decided, everybody who follows the decisions can read it: what cannot be read pages nobody.
import { decision } from '@fenghuo/rules/contract';
import { expect, it } from 'vitest';
import { Run } from './testing/run.ts';

it('an incident that opens when some whose calls were late are not called any more can be read by everybody', () => {
  const run = new Run(71, (rules) => rules, 'off').seconds(100);
  const { one, store, till } = run.platform.names;
  run.seconds(2, { busy: 3 });
  run.seconds(8, { busy: 3, uncalled: [store, one], errors: { [till]: 0.9 } });
  expect(run.of('incident.opened').length).toBeGreaterThan(0);
  for (const told of run.log) expect(decision.safeParse(JSON.parse(JSON.stringify(told))).error).toBeUndefined();
});
