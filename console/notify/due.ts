// What a receiver has still to be told of an incident: one page on open, an update when the cause is another one,
// an escalation when a clock runs out, one resolve.
// A function of the log alone, so a console that starts in the middle of an incident goes on where the last one stopped.
import { type Decision, type DecisionOf, type Incident, type RouteRule, severities } from '@fenghuo/rules/contract';

type PageCause = NonNullable<DecisionOf<'page.sent'>['cause']>;
/** What one receiver took of one incident. */
export type Told = {
  readonly ids: ReadonlySet<string>;
  readonly open: boolean;
  /** The cause that the last page named. */
  readonly cause: PageCause | undefined;
  readonly updates: number;
  readonly resolve: boolean;
};
/** By incident, then by receiver. */
export type Ledger = ReadonlyMap<string, ReadonlyMap<string, Told>>;

const nothing: Told = { ids: new Set(), open: false, cause: undefined, updates: 0, resolve: false };
/** The first cause comes within the second: waiting so long makes opening and cause one page. */
export const causeWaitMs = 2_000;
/** An incident that ended while nobody was told is still told for so long, then it is history. */
export const lateMsMax = 3_600_000;
const incidentsMax = 2_000;

export const toldOf = (ledger: Ledger, incident: string, receiver: string): Told =>
  ledger.get(incident)?.get(receiver) ?? nothing;

/** Folds one decision; all but `page.sent`, and a page seen before, change nothing. */
export const foldPage = (ledger: Ledger, decision: Decision): Ledger => {
  if (decision.type !== 'page.sent') return ledger;
  const { incident, receiver, about, id, cause } = decision;
  const before = toldOf(ledger, incident, receiver);
  if (before.ids.has(id)) return ledger;
  const now: Told = {
    ids: new Set([...before.ids, id]),
    open: before.open || about === 'open',
    cause: cause ?? before.cause,
    updates: before.updates + (about === 'cause' ? 1 : 0),
    resolve: before.resolve || about === 'resolve',
  };
  const next = new Map(ledger).set(incident, new Map(ledger.get(incident)).set(receiver, now));
  for (const oldest of next.keys()) if (next.size > incidentsMax) next.delete(oldest);
  return next;
};

export type Page = {
  readonly about: 'open' | 'cause' | 'escalate' | 'resolve';
  /** Stable: the same page has the same key in every attempt of every process. */
  readonly key: string;
  readonly cause: PageCause | undefined;
};

type Clock = 'alert' | 'respond' | 'repair';
/** Clocks that run against people, when each runs out, and whether it was met: nobody told, nobody at it, not repaired. */
const running = ({ clocks, state }: Incident): readonly (readonly [clock: Clock, dueMs: number])[] => {
  const isRepaired = clocks.repairedMs !== undefined || state === 'repaired';
  return [
    ...(clocks.alertedMs === undefined ? [['alert', clocks.alertDueMs] as const] : []),
    ...(clocks.respondedMs === undefined && !isRepaired ? [['respond', clocks.respondDueMs] as const] : []),
    ...(isRepaired ? [] : [['repair', clocks.repairDueMs] as const]),
  ];
};

/** The next page that is due, how long to wait until one may be, or undefined where all is told for now. */
export const duePage = (
  incident: Incident,
  receiver: string,
  told: Told,
  nowMs: number,
  onlyEscalations = false,
): Page | { readonly waitMs: number } | undefined => {
  const cause = incident.cause === null ? undefined : { entity: incident.cause.entity, kind: incident.cause.kind };
  const page = (about: Page['about'], suffix: string = about): Page => ({
    about,
    key: `page-${incident.id}-${receiver}-${suffix}`,
    cause,
  });
  const isOver = incident.state === 'closed';
  if (told.resolve) return undefined;
  /** The first clock that has run out and of which this receiver has not heard, or how long until one may. */
  const escalation = (): Page | { readonly waitMs: number } | undefined => {
    const left = running(incident)
      .map(([clock, dueMs]) => ({ ...page('escalate', `escalate-${clock}`), dueMs }))
      .filter(({ key }) => !told.ids.has(key));
    const late = left.find(({ dueMs }) => dueMs <= nowMs);
    if (late !== undefined) return { about: late.about, key: late.key, cause };
    return left.length === 0 ? undefined : { waitMs: Math.min(...left.map(({ dueMs }) => dueMs)) - nowMs };
  };
  if (onlyEscalations) return isOver ? (told.ids.size > 0 ? page('resolve') : undefined) : escalation();
  if (!told.open) {
    // Over, and somebody knew of it: a receiver that was down, or is new, need not wake anybody any more.
    if (isOver && (incident.clocks.alertedMs !== undefined || nowMs - (incident.closedMs ?? 0) > lateMsMax))
      return undefined;
    const waitMs = incident.openedMs + causeWaitMs - nowMs;
    return cause === undefined && !isOver && waitMs > 0 ? { waitMs: Math.min(waitMs, causeWaitMs) } : page('open');
  }
  // Repaired may relapse: only a closed incident is over for whoever was woken by it.
  if (isOver) return page('resolve');
  const isOther = cause !== undefined && (cause.entity !== told.cause?.entity || cause.kind !== told.cause.kind);
  return isOther ? page('cause', `cause-${told.updates + 1}`) : escalation();
};

/** Whether a route wants to hear of it: at least as severe as its minimum. */
export const isWanted = (route: RouteRule, incident: Incident): boolean =>
  severities.indexOf(incident.severity) <= severities.indexOf(route.severityMin);
