// A stretch of the stream through the engine again: the core is a function of the rules and the inputs.
import type { Decision, RuleBook } from '@fenghuo/rules/contract';
import { createEngine, type EngineOptions } from './engine.ts';
import type { Input } from './input.ts';
import { step } from './pipeline.ts';

/** The decision log that these inputs lead to, from a new engine; one JSON line a decision is its canonical form. */
export const replay = (rules: RuleBook, options: EngineOptions, inputs: Iterable<Input>): Decision[] => {
  const engine = createEngine(rules, options);
  const log: Decision[] = [];
  for (const input of inputs) log.push(...step(engine, input).decisions);
  return log;
};

export const logLines = (log: readonly Decision[]): string => log.map((d) => `${JSON.stringify(d)}\n`).join('');

/** Decisions that only one of two logs has, told by what they say rather than by their ids. */
export const diffLogs = (before: readonly Decision[], after: readonly Decision[]): string[] => {
  const saying = (d: Decision): string => {
    const { type, atMs } = d;
    const about =
      d.type === 'incident.cause'
        ? d.cause.entity
        : d.type === 'action.state' || d.type === 'incident.state'
          ? d.to
          : '';
    return `${new Date(atMs).toISOString()} ${type} ${about}`.trim();
  };
  const has = (log: readonly Decision[]): Set<string> => new Set(log.map(saying));
  const [old, now] = [has(before), has(after)];
  return [
    ...[...old].filter((s) => !now.has(s)).map((s) => `- ${s}`),
    ...[...now].filter((s) => !old.has(s)).map((s) => `+ ${s}`),
  ];
};
