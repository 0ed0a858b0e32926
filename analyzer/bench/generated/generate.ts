// Recorded cases of made-up systems in the forms in which other people's come: other names and units, coarse or fine steps, no graph or one that is
// drawn the wrong way, figures of edges only or of services only, totals instead of rates, holes, little history, several instances.
import { seededRandom } from '@fenghuo/kit';
import type { RecordedCase, Truth } from '../case.ts';
import { type Dialect, dialects, type Figure, type Said } from './dialects.ts';
import { type NoiseKind, noiseKinds, noiseOf } from './noise.ts';
import { othersOf } from './others.ts';
import { faultKinds, madeFault, madeSystem, type Node, type State, states } from './system.ts';

/** In what form a case comes, an answer an axis: what the bench splits its table by. */
export type Form = Readonly<Record<keyof typeof axes, string>>;
export type Generated = { readonly recorded: RecordedCase; readonly truth: Truth; readonly form: Form };

const axes = {
  fault: faultKinds,
  names: dialects.map(({ name }) => name),
  step: ['5', '15', '60', '300'],
  graph: ['given', 'half', 'none', 'wrong way'],
  figures: ['both', 'services only', 'edges only'],
  missing: ['none', '5 %', '20 %'],
  history: ['14 rows', '40 rows', '150 rows'],
  start: ['told', 'alarm', 'unknown'],
  instances: ['1', '3'],
  noise: noiseKinds,
  others: ['none', '12 a service'],
} as const;
export const axisNames = Object.keys(axes) as (keyof Form)[];

const START_S = 1_700_000_000;
const AFTER_ROWS = [6, 10, 16] as const;

/** Case number `k` of a seed: the kinds of fault take turns, the rest is drawn. */
export const generate = (seed: number, k: number): Generated => {
  const random = seededRandom(seed * 100_003 + k);
  const one = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)]!;
  const kind = faultKinds[k % faultKinds.length]!;
  // A third party without telemetry is seen only by its callers' figures of edges.
  const seen = kind.startsWith('third') ? (['both', 'edges only'] as const) : axes.figures;
  const form: Form = {
    fault: kind,
    names: one(axes.names),
    step: one(axes.step),
    graph: one(['given', 'given', 'half', 'none', 'wrong way']),
    figures: one(seen),
    missing: one(axes.missing),
    history: one(axes.history),
    start: one(axes.start),
    instances: one(axes.instances),
    noise: one(axes.noise),
    others: one(axes.others),
  };
  const nodes = madeSystem(random);
  const fault = madeFault(nodes, kind, random);
  const healthy = Number.parseInt(form.history, 10);
  const rows = healthy + one(AFTER_ROWS);
  const normal = gaussian(random);
  let wander = 0;
  const steps = Array.from({ length: rows }, (_, row) => {
    wander = 0.9 * wander + 0.05 * normal();
    return states(nodes, Math.exp(wander), row < healthy ? undefined : fault, row - healthy);
  });
  const step = Number(form.step);
  const dialect = dialects.find(({ name }) => name === form.names)!;
  const columns = columnsOf(nodes, form, dialect);
  const lost = form.missing === 'none' ? 0 : Number.parseInt(form.missing, 10) / 100;
  const values = columns.map(({ of, said, figure, share, spread, column: { caller } }) => {
    let total = 1e4 * random();
    const noise = noiseOf(form.noise as NoiseKind, spread, normal, random);
    const by = nodes.findIndex(({ name }) => name === caller);
    return Float64Array.from(steps, (all) => {
      const is = measured(all[of]!, nodes[of]!, all[by], { figure, share, stepS: step }, normal, noise);
      if (said.isTotal === true && !Number.isNaN(is)) total += is * (figure === 'cpu' ? step : 1);
      return random() < lost ? Number.NaN : (said.isTotal === true && !Number.isNaN(is) ? total : is) * said.times;
    });
  });
  const times = Array.from({ length: rows }, (_, row) => START_S + row * step);
  const drawn = nodes.flatMap(({ name, calls }) =>
    calls.map(({ to }): [string, string] =>
      form.graph === 'wrong way' ? [nodes[to]!.name, name] : [name, nodes[to]!.name],
    ),
  );
  const edges = form.graph === 'half' ? drawn.filter(() => random() < 0.5) : drawn;
  const others = nodes.flatMap(({ name, isThird }) =>
    form.others === 'none' || isThird ? [] : othersOf(name, rows, random),
  );
  // What users feel alarms; where nobody measures the first service, what it has of a callee.
  const felt = /errors|crash/.test(kind) ? 'errors' : 'p50';
  const alarmed =
    columns.find(({ of, figure }) => of === 0 && figure === felt) ??
    columns.find(({ column, figure }) => column.caller === nodes[0]!.name && figure === felt) ??
    columns[0]!;
  return {
    form,
    truth: { services: [nodes[fault.target]!.name], fault: kind },
    recorded: {
      id: `generated-${seed}-${k}`,
      dataset: 'generated',
      stepSeconds: step,
      columns: [...columns, ...others].map(({ column }) => column),
      edges: form.graph === 'none' ? [] : edges,
      events: [],
      times,
      values: [...values, ...others.map((one) => one.values)],
      ...(form.start === 'told' ? { anomalyStart: times[healthy]! } : {}),
      ...(form.start === 'alarm'
        ? {
            alarm: {
              service: alarmed.column.service,
              metric: alarmed.column.metric,
              time: times[Math.min(rows - 1, healthy + 2)]!,
            },
          }
        : {}),
    },
  };
};

type Made = {
  readonly column: RecordedCase['columns'][number];
  readonly of: number;
  readonly figure: Figure;
  readonly said: Said;
  /** Part of the node's requests that the figure counts. */
  readonly share: number;
  readonly spread: number;
};

const ofService: readonly Figure[] = ['p50', 'p99', 'calls', 'errors', 'cpu', 'memory', 'pool', 'network'];
const ofEdge: readonly Figure[] = ['p50', 'p99', 'calls', 'errors'];

const columnsOf = (nodes: readonly Node[], { figures, instances }: Form, { says }: Dialect): Made[] => {
  const made: Made[] = [];
  const put = (of: number, figure: Figure, share: number, more: { caller?: string; instance?: string }): void => {
    const said = says[figure];
    if (said === undefined) return;
    const { name } = nodes[of]!;
    const { metric, unit } = said;
    const column = [name, more.caller, more.instance, metric].filter((part) => part !== undefined).join('/');
    made.push({
      column: { column, service: name, metric, ...(unit === undefined ? {} : { unit }), ...more },
      of,
      figure,
      said,
      share,
      spread: figure === 'p99' ? 0.2 : 0.06,
    });
  };
  nodes.forEach(({ isThird, name: caller, calls }, i) => {
    if (!isThird && figures !== 'edges only')
      for (const figure of ofService)
        for (let k = 1; k <= Number(instances); k++)
          put(i, figure, 1 / Number(instances), instances === '1' ? {} : { instance: `${caller}-${k}` });
    if (figures !== 'services only')
      for (const { to, share } of calls)
        for (const figure of ofEdge) put(to, figure, (share * nodes[i]!.rate) / nodes[to]!.rate, { caller });
  });
  return made;
};

/** A figure of a node in a step, noise and counting included; NaN where nobody tells it: who is gone tells nothing, its callers still do. */
const measured = (
  state: State,
  node: Node,
  caller: State | undefined,
  { figure, share, stepS }: { readonly figure: Figure; readonly share: number; readonly stepS: number },
  normal: () => number,
  noise: () => number,
): number => {
  const noisy = (value: number): number => value * noise();
  // Who calls waits for the way there as well.
  const latency = state.latency + (caller === undefined ? 0 : state.way + caller.way);
  const counted = (mean: number): number => Math.max(0, Math.round(mean + Math.sqrt(mean) * normal()));
  const calls = state.rate * share * stepS;
  switch (figure) {
    case 'p50':
      return noisy(latency);
    case 'p99':
      return noisy(latency * 2.5);
    case 'calls':
      return counted(calls);
    case 'errors':
      return counted(calls * Math.max(0.0005, state.failing));
    case 'cpu':
      return state.isGone ? Number.NaN : noisy(state.cpu);
    case 'memory':
      return state.isGone ? Number.NaN : noisy(state.memory);
    case 'pool':
      return state.isGone ? Number.NaN : counted(2 + (state.rate * state.latency) / 2);
    case 'network':
      return state.isGone ? Number.NaN : noisy(800 * state.rate * stepS * (0.5 + node.cpu));
  }
};

/** Normal deviates (Box and Muller, Annals of Mathematical Statistics 29, 1958). */
const gaussian = (random: () => number) => (): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
