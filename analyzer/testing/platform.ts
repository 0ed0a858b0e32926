// A small made-up platform for tests: probes that send a schema and a frame a second, with faults that a test switches on.

import { seededRandom } from '@fenghuo/kit';
import {
  type Column,
  type FrameSchema,
  hash64,
  type RuleBook,
  rule,
  type Stat,
  schemaHash,
  seriesId,
} from '@fenghuo/rules/contract';
import type { Input } from '../input.ts';

export type Call = { readonly caller: string; readonly callee: string; readonly ms: number; readonly rate: number };
export type Names = {
  readonly front: string;
  readonly shop: string;
  readonly till: string;
  readonly one: string;
  readonly two: string;
  readonly store: string;
};
/** What is wrong this second: extra ms by callee, share of errors by callee, factor on everything, probes that are silent, callees that nobody calls. */
export type Trouble = {
  readonly slow?: Readonly<Record<string, number>>;
  readonly errors?: Readonly<Record<string, number>>;
  readonly busy?: number;
  readonly silent?: readonly string[];
  readonly uncalled?: readonly string[];
  readonly loud?: Readonly<Record<string, number>>;
  /** Times the usual calls, by callee. */
  readonly crowd?: Readonly<Record<string, number>>;
  /** Share of what the store is handed over that it never keeps, though no call fails. */
  readonly lost?: number;
  /** For how long each process waits for a processor, s/s. */
  readonly waiting?: number;
};

/** Random words, so that nothing can depend on a name. */
export const randomNames = (seed: number): Names => {
  const random = seededRandom(seed);
  const word = (): string =>
    Array.from({ length: 7 }, () => String.fromCharCode(97 + Math.floor(random() * 26))).join('');
  return { front: word(), shop: word(), till: word(), one: word(), two: word(), store: word() };
};

const detector = (of: string, bad: string, opens: boolean, changeMin: number, floor: object = {}): unknown => ({
  kind: 'detector',
  class: of,
  bad,
  opens,
  changeMin,
  floor,
});

/** Rules for that platform: two third parties that stand in for each other, one playbook, one ratio and one amount as KPIs. */
export const rulesFor = (n: Names): RuleBook => {
  const parsed = [
    {
      kind: 'topology',
      entities: [
        {
          name: n.one,
          kind: 'third_party',
          addresses: ['127.0.0.1:9001'],
          alternatives: [n.two],
          labels: { role: 'payer' },
        },
        {
          name: n.two,
          kind: 'third_party',
          addresses: ['127.0.0.1:9002'],
          alternatives: [n.one],
          labels: { role: 'payer' },
        },
      ],
      kpis: [
        {
          name: 'paid',
          title: 'paid',
          audience: 'customers',
          metric: 'app.paid',
          per: { metric: 'app.tried' },
          unit: '1',
          better: 'higher',
        },
        {
          name: 'kept',
          title: 'kept',
          audience: 'customers',
          metric: 'app.kept',
          service: n.store,
          per: { metric: 'app.handed' },
          unit: '1',
          better: 'higher',
        },
        {
          name: 'sales',
          title: 'sales',
          audience: 'customers',
          metric: 'app.paid',
          unit: '{sale}',
          better: 'higher',
          impact: true,
        },
      ],
    },
    {
      kind: 'playbook',
      name: 'switch',
      title: 'switch payer',
      when: {
        kinds: ['latency', 'errors', 'hang', 'unreachable'],
        entityKind: 'third_party',
        labels: { role: 'payer' },
        hasAlternative: true,
        confidenceMin: 0.15,
      },
      set: { service: n.till, flag: 'payer', value: '{{alternative}}' },
      lease: '15s',
      guards: {},
      verify: { kpi: 'paid', min: 0.95, within: '20s' },
      undo: { afterHealthy: '10s' },
    },
    detector('latency', 'up', true, 1, { s: 0.1 }),
    detector('errors', 'up', true, 1, { '{error}': 2 }),
    detector('business', 'both', true, 0.1, { '1': 0.05 }),
    detector('traffic', 'both', false, 0.5),
    detector('resource', 'up', false, 0.3),
  ].map((one) => rule.parse(one));
  const pick = <K extends string>(kind: K) =>
    parsed.filter((r): r is Extract<typeof r, { kind: K }> => r.kind === kind);
  return {
    topology: pick('topology')[0]!,
    playbooks: pick('playbook'),
    routes: [],
    detectors: pick('detector'),
    slos: [],
    recommendations: [],
  };
};

type Bare<I> = I extends Input ? Omit<I, 'seq' | 'atMs'> : never;
/** What a person, a tool or an agent says. */
export type Told = Bare<Extract<Input, { kind: 'flag' | 'command' | 'event' | 'business' }>>;

const T0 = 1_700_000_000_000;

/** Sends what the platform's probes would, second by second. `value` is the flag that the till obeys. */
export class Platform {
  readonly names: Names;
  private readonly random: () => number;
  private readonly startMs: number;
  private seq = 0;
  private tick = 0;
  private readonly schemas: FrameSchema[];
  value: string;

  constructor(names: Names, seed = 1, startMs = T0) {
    this.names = names;
    this.startMs = startMs;
    this.random = seededRandom(seed);
    this.value = names.one;
    this.schemas = [names.front, names.shop, names.till, names.store].map((service) => this.schema(service));
  }

  get nowMs(): number {
    return this.startMs + this.tick * 1_000;
  }

  calls(trouble: Trouble): Call[] {
    const { front, shop, till, one, two, store } = this.names;
    const busy = trouble.busy ?? 1;
    const extra = (name: string): number => trouble.slow?.[name] ?? 0;
    const isOne = this.value === one;
    const pay = (name: string, ms: number, rate: number): Call => ({
      caller: till,
      callee: name,
      ms: ms * busy + extra(name),
      rate,
    });
    const first = pay(one, 50, isOne ? 16 : 1);
    const second = pay(two, 60, isOne ? 4 : 19);
    const paid = (isOne ? first.ms * 0.8 + second.ms * 0.2 : second.ms) + 8 * busy;
    return [
      first,
      second,
      { caller: till, callee: store, ms: 3 * busy + extra(store), rate: 40 },
      { caller: shop, callee: till, ms: paid + extra(till), rate: 20 },
      { caller: shop, callee: store, ms: 4 * busy + extra(store), rate: 60 },
      { caller: front, callee: shop, ms: paid + 12 * busy + extra(till), rate: 20 },
    ];
  }

  /** The inputs of the next second, in stream order. */
  second(trouble: Trouble = {}): Input[] {
    this.tick++;
    const calls = this.calls(trouble);
    return this.schemas.flatMap((schema, p): Input[] => {
      const service = schema.resource.service!;
      if (trouble.silent?.includes(service)) return [];
      const atMs = this.nowMs + 20 + p * 25;
      const frame: Input = {
        seq: ++this.seq,
        atMs,
        kind: 'frame',
        frame: {
          schema: schema.hash,
          probe: hash64(schema.probe),
          incarnation: T0,
          sequence: this.tick,
          lost: 0,
          timeMs: this.nowMs,
          values: this.values(schema, calls, trouble),
        },
      };
      return this.tick % 30 === 1 ? [{ seq: ++this.seq, atMs, kind: 'schema', schema }, frame] : [frame];
    });
  }

  /** One further input of any other kind, a moment later. */
  say(input: Told): Input {
    return { ...input, seq: ++this.seq, atMs: this.nowMs + 200 };
  }

  private noise(scale: number): number {
    return Math.exp(scale * (this.random() + this.random() + this.random() - 1.5));
  }

  private values(schema: FrameSchema, calls: readonly Call[], trouble: Trouble): Float64Array {
    const broken = trouble.errors?.[this.value] ?? 0;
    const tried = 18 + Math.floor(this.random() * 5);
    return Float64Array.from(schema.columns, (column) => {
      const call = calls.find(
        (c) => column.edge && c.caller === schema.resource.service && this.address(c.callee) === column.edge.callee,
      );
      if (call !== undefined) {
        const isCalled = trouble.uncalled?.includes(call.callee) !== true;
        const rate = call.rate * (trouble.crowd?.[call.callee] ?? 1);
        const count = isCalled ? Math.max(0, Math.round(rate * (0.8 + 0.4 * this.random()))) : 0;
        if (column.stat === 'count') return count;
        if (column.metric === 'fenghuo.client.errors') return Math.round(count * (trouble.errors?.[call.callee] ?? 0));
        if (count === 0) return Number.NaN;
        return (call.ms * (column.stat === 'p99' ? 2 : 1) * this.noise(0.25)) / 1_000;
      }
      if (column.metric === 'app.tried' || column.metric === 'app.handed') return tried;
      if (column.metric === 'app.kept') return Math.round(tried * (1 - (trouble.lost ?? 0)));
      // Customers give up on what takes a second and more.
      if (column.metric === 'app.paid') return Math.round(tried * (1 - broken) * (calls[3]!.ms > 600 ? 0.6 : 1));
      if (column.metric === 'process.linux.sched.wait_time') return trouble.waiting ?? 0.02;
      return 0.3 * this.noise(0.3) * (trouble.loud?.[schema.resource.service!] ?? 1);
    });
  }

  private address(name: string): string {
    return name === this.names.one ? 'localhost:9001' : name === this.names.two ? '127.0.0.1:9002' : name;
  }

  private schema(service: string): FrameSchema {
    const resource = { service, instance: `${service}-1`, host: 'box' };
    const column = (metric: string, unit: string, of: Column['class'], stat?: Stat, callee?: string): Column => ({
      id: seriesId(resource, metric, stat, callee ? { callee } : {}),
      metric,
      unit,
      kind: stat === 'count' || unit.startsWith('{') ? 'delta' : 'gauge',
      class: of,
      ...(stat ? { stat } : {}),
      attributes: callee ? { callee } : {},
      ...(callee ? { edge: { callee, protocol: 'http' as const } } : {}),
    });
    const columns = this.calls({})
      .filter((c) => c.caller === service)
      .map((c) => this.address(c.callee))
      .flatMap((callee) => [
        column('http.client.request.duration', 's', 'latency', 'p50', callee),
        column('http.client.request.duration', 's', 'latency', 'p99', callee),
        column('http.client.request.duration', 's', 'traffic', 'count', callee),
        column('fenghuo.client.errors', '{error}', 'errors', undefined, callee),
      ]);
    columns.push(column('process.cpu.utilization', '1', 'resource'));
    columns.push(column('process.linux.sched.wait_time', 's', 'saturation'));
    if (service === this.names.till)
      columns.push(column('app.paid', '{sale}', 'business'), column('app.tried', '{sale}', 'business'));
    if (service === this.names.store)
      columns.push(column('app.kept', '{sale}', 'business'), column('app.handed', '{sale}', 'business'));
    const content = { resource, listens: [], columns };
    return { v: 1, probe: `${service}@1`, incarnation: T0, hash: schemaHash(content), ...content };
  }
}
