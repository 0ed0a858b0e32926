// What is taken away from a recorded case, or from the localiser, to see what its accuracy rests on. Pure.
import { hash64 } from '@fenghuo/rules/contract';
import { type Settings, without } from '../localise/settings.ts';
import type { RecordedCase } from './case.ts';

export type Variant = {
  readonly name: string;
  /** The case as this variant sees it. */
  readonly of: (recorded: RecordedCase) => RecordedCase;
  readonly settings: Partial<Settings>;
};

const same = (recorded: RecordedCase): RecordedCase => recorded;

/** A case under other service names; the answer's names are `rename` of the old ones. */
export const renamed = (recorded: RecordedCase, rename: (service: string) => string): RecordedCase => ({
  ...recorded,
  columns: recorded.columns.map((column) => ({
    ...column,
    service: rename(column.service),
    ...(column.caller === undefined ? {} : { caller: rename(column.caller) }),
  })),
  edges: recorded.edges.map(([caller, callee]) => [rename(caller), rename(callee)]),
  events: recorded.events.map((event) => ({ ...event, service: rename(event.service) })),
  ...(recorded.alarm === undefined ? {} : { alarm: { ...recorded.alarm, service: rename(recorded.alarm.service) } }),
});

/** Names that keep nothing of the old ones, not even their order. */
export const hashed = (service: string): string => hash64(`renamed ${service}`);

const withoutStart = ({ anomalyStart: _, ...rest }: RecordedCase): RecordedCase => rest;
const withoutAlarm = ({ alarm: _, ...rest }: RecordedCase): RecordedCase => rest;
const withoutEdgeFigures = (recorded: RecordedCase): RecordedCase => {
  const kept = recorded.columns.flatMap(({ caller }, c) => (caller === undefined ? [c] : []));
  return {
    ...recorded,
    columns: kept.map((c) => recorded.columns[c]!),
    values: kept.map((c) => recorded.values[c]!),
  };
};
const withoutMeaning = (recorded: RecordedCase): RecordedCase => ({
  ...recorded,
  columns: recorded.columns.map(({ unit: _, ...column }) => ({ ...column, metric: hash64(column.metric) })),
  ...(recorded.alarm === undefined ? {} : { alarm: { ...recorded.alarm, metric: hash64(recorded.alarm.metric) } }),
});

export const asItIs: Variant = { name: 'as it is', of: same, settings: {} };

/** Everything that can be taken away: of the case, then of the localiser. */
export const variants: readonly Variant[] = [
  { name: 'start removed', of: withoutStart, settings: {} },
  { name: 'start and alarm removed', of: (recorded) => withoutAlarm(withoutStart(recorded)), settings: {} },
  { name: 'no graph', of: (recorded) => ({ ...recorded, edges: [] }), settings: {} },
  { name: 'no figures of edges', of: withoutEdgeFigures, settings: {} },
  { name: 'metric names hashed, units removed', of: withoutMeaning, settings: {} },
  ...Object.entries(without).map(([name, settings]): Variant => ({ name: `without: ${name}`, of: same, settings })),
];
