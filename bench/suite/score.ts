// A run against its truth: pure, from decisions as they were seen, so that a score can be had again from the kept log.
import type { Decision } from '@fenghuo/rules/contract';
import type { Seen } from '../incident/witness.ts';
import { msOrNull } from './rows.ts';

export type Expected = {
  /** Names that count as right; empty where no incident may be opened. */
  readonly right: readonly string[];
  readonly kinds: readonly string[];
  /** Bench time from which the deadline runs, and the deadline, ms: undefined where nobody knows, infinite where customers never felt what was growing. */
  readonly fromMs: number | undefined;
  readonly deadlineMs: number;
};
export type Score = {
  readonly opened: number;
  /** Incidents beyond the true one. */
  readonly extra: number;
  readonly first: string | null;
  readonly last: string | null;
  readonly kind: string | null;
  readonly top1: boolean;
  readonly top3: boolean;
  readonly kindRight: boolean;
  /** From `fromMs` to the first time that a right cause was named; null where either never came. */
  readonly rightAfterMs: number | null;
  readonly inTime: boolean;
  readonly pages: number;
  readonly actions: number;
  readonly verified: number;
  readonly undone: number;
  /** Actions that ended in no final state. */
  readonly dangling: number;
};
/** Two faults at once: each is judged by an incident of its own that names it, and what is asked of a run is asked of both. */
export const scoreBoth = (seen: readonly Seen[], both: readonly [Expected, Expected], pages: number): Score => {
  const whole = score(seen, both[0], pages);
  const taken = new Set<string>();
  const [a, b] = both.map((expected) => {
    const named = seen.find(
      ({ decision: d }) =>
        d.type === 'incident.cause' && !taken.has(d.incident) && expected.right.includes(d.cause.entity),
    )?.decision.incident;
    if (named !== undefined) taken.add(named);
    return score(
      seen.filter(({ decision }) => named !== undefined && decision.incident === named),
      expected,
      pages,
    );
  }) as [Score, Score];
  const names = (x: string | null, y: string | null): string => `${x ?? 'nobody'} + ${y ?? 'nobody'}`;
  return {
    ...whole,
    extra: Math.max(0, whole.opened - 2),
    first: names(a.first, b.first),
    last: names(a.last, b.last),
    kind: names(a.kind, b.kind),
    top1: a.top1 && b.top1,
    top3: a.top3 && b.top3,
    kindRight: a.kindRight && b.kindRight,
    rightAfterMs: a.rightAfterMs === null || b.rightAfterMs === null ? null : Math.max(a.rightAfterMs, b.rightAfterMs),
    inTime: a.inTime && b.inTime,
  };
};

type CauseNamed = Extract<Decision, { type: 'incident.cause' }>;

/** How a ranking names its suspects: an edge's figure also says whose view it is. */
const namesOf = (named: CauseNamed): string[] => [...new Set(named.ranking.map((suspect) => suspect.entity))];

/** `seen` holds the decisions of one run, in order; `pages` how many were triggered at the receiver. */
export const score = (seen: readonly Seen[], expected: Expected, pages: number): Score => {
  const { right, kinds, fromMs, deadlineMs } = expected;
  const opened = seen.filter(({ decision }) => decision.type === 'incident.opened').length;
  const causes = seen.flatMap(({ atMs, decision }) =>
    decision.type === 'incident.cause' ? [{ atMs, named: decision }] : [],
  );
  const isRight = (entity: string): boolean => right.includes(entity);
  const first = causes[0]?.named;
  const last = causes.findLast(({ named }) => isRight(named.cause.entity))?.named ?? causes.at(-1)?.named;
  const hit = causes.find(({ named }) => isRight(named.cause.entity));
  const afterMs = hit === undefined || fromMs === undefined ? undefined : hit.atMs - fromMs;
  const states = new Map<string, Set<string>>();
  for (const { decision } of seen) {
    if (decision.type === 'action.planned') states.set(decision.action.id, new Set());
    if (decision.type === 'action.state') states.get(decision.action)?.add(decision.to);
  }
  const ended = (of: Set<string>): boolean => ['undone', 'refused', 'expired', 'failed'].some((state) => of.has(state));
  const applied = [...states.values()].filter((of) => of.has('applied'));
  const nobody = right.length === 0;
  return {
    opened,
    extra: Math.max(0, opened - (nobody ? 0 : 1)),
    first: first?.cause.entity ?? null,
    last: last?.cause.entity ?? null,
    kind: last?.cause.kind ?? null,
    top1: nobody ? opened === 0 : first !== undefined && isRight(first.cause.entity),
    top3: nobody ? opened === 0 : last !== undefined && namesOf(last).slice(0, 3).some(isRight),
    kindRight: nobody
      ? opened === 0
      : last !== undefined && isRight(last.cause.entity) && kinds.includes(last.cause.kind),
    rightAfterMs: msOrNull(afterMs),
    inTime: nobody ? opened === 0 : afterMs !== undefined && afterMs <= deadlineMs,
    pages,
    actions: applied.length,
    verified: applied.filter((of) => of.has('verified')).length,
    undone: applied.filter((of) => of.has('undone')).length,
    dangling: [...states.values()].filter((of) => !ended(of)).length,
  };
};
