// A cause that at first is hardly likelier than another: no playbook may act on it; once it is sure, it is told again, and the playbook acts.
import type { RuleBook } from '@fenghuo/rules/contract';
import { expect, it } from 'vitest';
import { Run } from './testing/run.ts';

const sureOnly = (rules: RuleBook): RuleBook => ({
  ...rules,
  playbooks: rules.playbooks.map((one) => ({ ...one, when: { ...one.when, confidenceMin: 0.85 } })),
});

it('a playbook that was refused for want of confidence acts when the cause has become sure', () => {
  const run = new Run(21, sureOnly).seconds(120);
  const { one, store } = run.platform.names;
  run.seconds(4, { slow: { [one]: 750 }, errors: { [store]: 0.3 } }).seconds(20, { slow: { [one]: 750 } });
  expect(run.moves.slice(0, 2)).toEqual(['switch refused', 'switch applying']);
});
