// What is large enough to matter to anybody, by the rule of its class.
import type { DetectorRule } from '@fenghuo/rules/contract';

/** Relative and absolute change that the rule of its class asks for, in the direction that is bad. */
export const matters = (
  seen: number,
  expected: number,
  bad: 'up' | 'down' | 'both',
  rule: DetectorRule,
  unit: string,
): boolean => {
  const change = bad === 'down' ? expected - seen : bad === 'up' ? seen - expected : Math.abs(seen - expected);
  return change >= (rule.floor[unit] ?? 0) && change > rule.changeMin * Math.abs(expected);
};
