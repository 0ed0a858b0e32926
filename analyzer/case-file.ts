// What the engine keeps of an incident while it is not closed, and what of that is known as soon as it opens.
import type { Decision } from '@fenghuo/rules/contract';
import type { Evidence } from './types.ts';

export type Opened = Extract<Decision, { type: 'incident.opened' }>;
type Alarm = NonNullable<Evidence['alarm']>;

/** What the engine keeps of an incident that is not closed, beside the document that the decisions make. */
export type CaseFile = {
  readonly id: string;
  readonly onsetMs: number;
  readonly openedMs: number;
  /** Entities that belong to it, and indices of series of which nothing is learned meanwhile. */
  readonly affected: Set<string>;
  readonly unlearnt: Set<number>;
  /** Who was called in what opened it, and who called; empty where a figure of the business did. */
  readonly felt: ReadonlySet<string>;
  readonly feltBy: ReadonlySet<string>;
  /** Ids of the series that opened it. */
  readonly trigger: readonly string[];
  /** The calls that failed, where nothing else opened it but what customers felt of them. */
  readonly alarm: Alarm | undefined;
  /** The cause's own series and the figure up to which each is healthy, as it was before the onset. */
  references: Map<number, number>;
  /** Id of the decision that named the cause. */
  causeId: string | undefined;
  /** When the cause that stands was named, stream time. */
  causeMs: number;
  rankedMs: number;
  rival: string | undefined;
  /** Since when the cause's own figures are measured and in their band. */
  healthySinceMs: number | undefined;
  /** Which of them were last seen beyond it. */
  readonly sick: Set<number>;
  quietSinceMs: number | undefined;
  readonly told: Set<string>;
  readonly shortfall: Map<string, { lost: number; variance: number; untilMs: number }>;
  impactMs: number;
  paymentsMs: number;
};

/** Where failing calls raised the alarm, or only what customers felt, lateness is no reason unless it is as long as callers wait. */
const alarmOf = ({ trigger }: Opened): Alarm | undefined => {
  const isOfEffects = trigger.every(({ class: of }) => of === 'errors' || of === 'business');
  const by = trigger.find((anomaly) => anomaly.class === 'errors') ?? trigger[0];
  return by === undefined || !isOfEffects ? undefined : { entity: by.entity, metric: by.metric, timeMs: by.onsetMs };
};

export const openFile = (decision: Opened): CaseFile => {
  const { incident, onsetMs, atMs, trigger } = decision;
  const calls = trigger.every((anomaly) => anomaly.class !== 'business') ? trigger : [];
  return {
    id: incident,
    onsetMs,
    openedMs: atMs,
    affected: new Set(),
    unlearnt: new Set(),
    felt: new Set(calls.map(({ entity }) => entity)),
    feltBy: new Set(calls.flatMap(({ caller }) => caller ?? [])),
    trigger: trigger.map(({ series }) => series),
    alarm: alarmOf(decision),
    references: new Map(),
    causeId: undefined,
    causeMs: atMs,
    rankedMs: 0,
    rival: undefined,
    healthySinceMs: undefined,
    sick: new Set(),
    quietSinceMs: undefined,
    told: new Set(),
    shortfall: new Map(),
    impactMs: atMs,
    paymentsMs: atMs,
  };
};
