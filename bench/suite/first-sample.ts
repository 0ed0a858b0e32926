// When a fault first showed in a sample, by eyes that are not the engine's: a figure of calls into whoever is right leaves what it was while customers
// were well just before. The deadline runs from there; the switch's own time is kept beside it.
import { createEngine, type Input } from '@fenghuo/analyzer/engine';
import { type FrameSchema, hash64, type RuleBook } from '@fenghuo/rules/contract';

/** As with the customers' own figures: twice as slow and a tenth of a second more, or one call in twenty failed; or twice as many wait. */
const SLOWER = 2;
const SLOWER_S = 0.1;
const FAILED_MIN = 0.05;

type Wanted = { readonly at: number; readonly figure: 'late' | 'failed' | 'waiting' | 'calls'; readonly edge: string };

/** The columns of a schema that tell how calls into, out of or over one of `right` fare, and what waits there. */
const wantedOf = (
  { columns, resource: { service } }: FrameSchema,
  right: ReadonlySet<string>,
  nameOf: (callee: string) => string,
): Wanted[] =>
  columns.flatMap(({ edge, stat, unit, ...column }, at): Wanted[] => {
    const callee = edge === undefined ? undefined : nameOf(edge.callee);
    const names = [service ?? '', callee ?? '', `${service} → ${callee}`];
    if (!names.some((name) => right.has(name))) return [];
    const of = `${service} → ${callee ?? ''}`;
    if (column.class === 'errors' && unit === '{error}') return [{ at, figure: 'failed', edge: of }];
    if (stat === 'count' && unit === 's') return [{ at, figure: 'calls', edge: of }];
    if (column.class === 'saturation') return [{ at, figure: 'waiting', edge: of }];
    return column.class === 'latency' && unit === 's' ? [{ at, figure: 'late', edge: of }] : [];
  });

const isBad = (figure: Wanted['figure'], value: number, before: number, calls: number): boolean => {
  if (figure === 'late') return value > Math.max(SLOWER * before, before + SLOWER_S);
  if (figure === 'waiting') return value > SLOWER * before + 1;
  return value > Math.max(before, FAILED_MIN * calls);
};

/**
 * Time of the first bad sample at or after `fromMs`, epoch ms: the tick that its probe read it at. Undefined where no sample was bad before `untilMs`.
 * @param inputs the stream, from `calmMs` on, since when nothing was wrong, and all schemas; `rules` to tell an address's name
 * @param right names that count as right
 */
export const firstBadSample = (
  { rules, inputs }: { readonly rules: RuleBook; readonly inputs: Iterable<Input> },
  right: readonly string[],
  { calmMs, fromMs, untilMs }: { readonly calmMs: number; readonly fromMs: number; readonly untilMs: number },
): number | undefined => {
  const names = new Set(right);
  const { graph } = createEngine(rules, { partition: 0, act: 'off' });
  const nameOf = (callee: string): string => graph.resolve(callee);
  const announced = new Map<string, FrameSchema>();
  const schemas = new Map<string, { readonly wanted: readonly Wanted[]; readonly key: string }>();
  const worst = new Map<string, number>();
  for (const input of inputs) {
    if (input.kind === 'schema') {
      graph.learn(input.schema, input.atMs);
      announced.set(input.schema.hash, input.schema);
    }
    if (input.kind !== 'frame') continue;
    const { schema, timeMs, values } = input.frame;
    if (timeMs < calmMs || timeMs > untilMs) continue;
    const said = announced.get(schema);
    if (said === undefined) continue;
    // Names are settled once all have announced themselves, which the first frame of the stretch comes after.
    const known = schemas.get(schema) ?? { wanted: wantedOf(said, names, nameOf), key: hash64(said.probe) };
    schemas.set(schema, known);
    const calls = new Map(
      known.wanted.flatMap(({ at, figure, edge }) => (figure === 'calls' ? [[edge, values[at]!]] : [])),
    );
    for (const { at, figure, edge } of known.wanted) {
      const value = values[at] ?? Number.NaN;
      if (Number.isNaN(value) || figure === 'calls') continue;
      const key = `${known.key} ${at}`;
      const before = worst.get(key) ?? 0;
      if (timeMs < fromMs) worst.set(key, Math.max(before, value));
      else if (isBad(figure, value, before, calls.get(edge) ?? 0)) return timeMs;
    }
  }
  return undefined;
};
