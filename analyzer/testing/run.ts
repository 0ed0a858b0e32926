// An engine on the made-up platform, second by second: what it decided, what it leased, and an agent that obeys the till's flag.
import type { Decision, FlagLease, RuleBook } from '@fenghuo/rules/contract';
import { createEngine, type Engine, type EngineOptions } from '../engine.ts';
import type { Input } from '../input.ts';
import { step } from '../pipeline.ts';
import { Platform, randomNames, rulesFor, type Trouble } from './platform.ts';

export class Run {
  readonly platform: Platform;
  readonly engine: Engine;
  readonly log: Decision[] = [];
  readonly leases: FlagLease[] = [];
  readonly inputs: Input[] = [];
  /** What agents hold now, by `service flag`; without a probe that asks for it no flag is ever reported. */
  readonly flags = new Map<string, string>();
  agentAnswers = true;

  constructor(
    seed: number,
    change: (rules: RuleBook, names: Platform['names']) => RuleBook = (rules) => rules,
    act: EngineOptions['act'] = 'on',
  ) {
    const names = randomNames(seed);
    this.platform = new Platform(names, seed);
    this.engine = createEngine(change(rulesFor(names), names), { partition: 0, act });
  }

  take(input: Input): void {
    this.inputs.push(input);
    const { decisions, leases } = step(this.engine, input);
    this.log.push(...structuredClone(decisions));
    this.leases.push(...leases);
    if (!this.agentAnswers) return;
    for (const lease of leases) this.obey(lease);
  }

  /** The agent takes the value, and says so where it is a new one. */
  private obey({ service, key, value, action }: FlagLease): void {
    const name = `${service} ${key}`;
    const { names } = this.platform;
    const own = key === 'payer' ? names.one : 'own';
    const now = value ?? own;
    if ((this.flags.get(name) ?? own) === now) return;
    this.flags.set(name, now);
    if (key === 'payer') this.platform.value = now;
    const source = value === null ? ('default' as const) : ('lease' as const);
    const report = { v: 1 as const, probe: 'p', service, key, value: now, source, action, atMs: 0 };
    this.take(this.platform.say({ kind: 'flag', report }));
  }

  seconds(n: number, trouble: Trouble | (() => Trouble) = {}): this {
    for (let i = 0; i < n; i++)
      for (const input of this.platform.second(typeof trouble === 'function' ? trouble() : trouble)) this.take(input);
    return this;
  }

  of<T extends Decision['type']>(type: T): Extract<Decision, { type: T }>[] {
    return this.log.filter((d): d is Extract<Decision, { type: T }> => d.type === type);
  }

  /** `playbook state`, in the order in which actions moved. */
  get moves(): string[] {
    return this.log.flatMap((d) => {
      if (d.type !== 'action.state') return [];
      const planned = this.of('action.planned').find(({ action }) => action.id === d.action);
      return [`${planned?.action.playbook} ${d.to}`];
    });
  }

  /** States of actions and incidents, in the order in which they came. */
  get states(): string[] {
    return this.log.flatMap((d) => (d.type === 'action.state' || d.type === 'incident.state' ? [d.to] : []));
  }
}
