// A recorded life under other names: services, instances, hosts, third parties and what hangs on their names (identities of series, probes
// and schemas) are drawn anew by a hash, so that neither a name nor the order of names can decide anything unnoticed.
import type { Input } from '@fenghuo/analyzer/engine';
import {
  type Decision,
  type FrameSchema,
  hash64,
  type RuleBook,
  type SloIndicator,
  type SloSource,
  schemaHash,
  seriesId,
} from '@fenghuo/rules/contract';
import type { Recording } from './record.ts';

export type Shuffled = {
  readonly recording: Recording;
  /** A decision over the shuffled recording in the old names, as JSON; `plain` is the same of one in the old names. */
  readonly back: (decision: Decision) => string;
};
export const plain = (decision: Decision): string => JSON.stringify(decision);

/** Attributes whose values are words of their own, not names: a processor's mode is `user` whatever a service is called. */
const WORDS = /(^|\.)(mode|state|type|direction|device|mountpoint)$/;
const LINK = ' → ';

class Names {
  /** New to old, of names and of identities alike: no other text holds any of the new ones. */
  readonly old = new Map<string, string>();
  private readonly known = new Map<string, string>();
  private readonly seed: number;

  constructor(seed: number) {
    this.seed = seed;
  }

  /** The new name of an entity that is met. */
  of(name: string): string {
    const known = this.known.get(name);
    if (known !== undefined) return known;
    const made = `n${hash64(`${this.seed} ${name} ${this.seed}`)}`;
    this.known.set(name, made);
    this.old.set(made, name);
    return made;
  }

  /** The same text where it names nobody that was met; links and probes by their parts. */
  within(text: string): string {
    const link = text.split(LINK);
    if (link.length > 1) return link.map((end) => this.within(end)).join(LINK);
    return this.known.get(text) ?? text;
  }

  /** `service@instance` or `host@name`. */
  probe(id: string): string {
    const [what = '', ...rest] = id.split('@');
    const made = `${what === 'host' ? what : this.of(what)}@${this.of(rest.join('@'))}`;
    this.old.set(hash64(made), hash64(id));
    return made;
  }

  attributes(of: Readonly<Record<string, string>>): Record<string, string> {
    return Object.fromEntries(
      Object.entries(of).map(([key, value]) => [key, WORDS.test(key) ? value : this.within(value)]),
    );
  }

  schema(schema: FrameSchema): FrameSchema {
    const { service, instance, host } = schema.resource;
    const resource = {
      ...schema.resource,
      ...(service === undefined ? {} : { service: this.of(service) }),
      ...(instance === undefined ? {} : { instance: this.of(instance) }),
      ...(host === undefined ? {} : { host: this.of(host) }),
    };
    const columns = schema.columns.map((column) => {
      const { metric, stat, edge } = column;
      const attributes = this.attributes(column.attributes);
      const id = seriesId(resource, metric, stat, attributes);
      this.old.set(id, column.id);
      return {
        ...column,
        id,
        attributes,
        ...(edge === undefined ? {} : { edge: { ...edge, callee: this.within(edge.callee) } }),
      };
    });
    const content = { resource, listens: schema.listens, columns };
    return { ...schema, ...content, probe: this.probe(schema.probe), hash: schemaHash(content) };
  }
}

const sourceUnder = (of: SloSource, names: Names): SloSource => {
  const service = of.service === undefined ? {} : { service: names.of(of.service) };
  return 'calls' in of
    ? { ...of, ...service, ...(of.caller === undefined ? {} : { caller: names.of(of.caller) }) }
    : { ...of, ...service, attributes: names.attributes(of.attributes) };
};
const indicatorUnder = (of: SloIndicator, names: Names): SloIndicator =>
  'part' in of
    ? { ...of, part: sourceUnder(of.part, names), total: sourceUnder(of.total, names) }
    : { ...of, of: sourceUnder(of.of, names) };

const rulesUnder = (rules: RuleBook, names: Names): RuleBook => {
  const { entities, edges, kpis } = rules.topology;
  const source = <S extends { readonly service?: string | undefined; readonly attributes: Record<string, string> }>(
    of: S,
  ): S => ({
    ...of,
    ...(of.service === undefined ? {} : { service: names.of(of.service) }),
    attributes: names.attributes(of.attributes),
  });
  const named = entities.map((one) => ({
    ...one,
    name: names.of(one.name),
    alternatives: one.alternatives.map((other) => names.of(other)),
    ...(one.host === undefined ? {} : { host: names.of(one.host) }),
  }));
  return {
    ...rules,
    topology: {
      ...rules.topology,
      entities: named.sort((a, b) => (a.name < b.name ? -1 : 1)),
      edges: edges.map(({ from, to }) => ({ from: names.of(from), to: names.of(to) })),
      kpis: kpis.map((kpi) => ({ ...source(kpi), ...(kpi.per === undefined ? {} : { per: source(kpi.per) }) })),
    },
    playbooks: rules.playbooks.map((one) => ({
      ...one,
      when: { ...one.when, ...(one.when.entities && { entities: one.when.entities.map((e) => names.within(e)) }) },
      set: { ...one.set, service: names.of(one.set.service), value: names.within(one.set.value) },
    })),
    slos: rules.slos.map((one) => ({
      ...one,
      service: names.of(one.service),
      indicator: indicatorUnder(one.indicator, names),
    })),
  };
};

/** Names that are met anywhere in a recording: they must be known before the first rule or event speaks of one. */
export const namesIn = async ({ rules, inputs }: Recording): Promise<ReadonlySet<string>> => {
  const names = new Set(rules.topology.entities.map(({ name }) => name));
  for await (const input of inputs) {
    if (input.kind !== 'schema') continue;
    const { service, instance, host } = input.schema.resource;
    for (const name of [service, instance, host]) if (name !== undefined) names.add(name);
  }
  return names;
};

/** The recording under other names; `met` are those in it, and the same seed draws the same ones. */
export const shuffled = ({ rules, inputs }: Recording, met: ReadonlySet<string>, seed: number): Shuffled => {
  const names = new Names(seed);
  for (const name of met) names.of(name);
  const schemas = new Map<string, string>();
  const probes = new Map<string, string>();
  const under = (input: Input): Input => {
    switch (input.kind) {
      case 'schema': {
        const schema = names.schema(input.schema);
        schemas.set(input.schema.hash, schema.hash);
        probes.set(hash64(input.schema.probe), hash64(schema.probe));
        return { ...input, schema };
      }
      case 'frame':
      case 'early': {
        const { frame } = input;
        const [schema, probe] = [schemas.get(frame.schema) ?? frame.schema, probes.get(frame.probe) ?? frame.probe];
        return { ...input, frame: { ...frame, schema, probe } };
      }
      case 'event':
        return input.event.service === undefined
          ? input
          : { ...input, event: { ...input.event, service: names.of(input.event.service) } };
      case 'business': {
        const { batch } = input;
        const events = batch.events.map((one) => ({ ...one, ...(one.party && { party: names.within(one.party) }) }));
        return {
          ...input,
          batch: { ...batch, probe: names.probe(batch.probe), service: names.of(batch.service), events },
        };
      }
      case 'flag': {
        const { probe, service, value } = input.report;
        const renamed = { probe: names.probe(probe), service: names.of(service), value: names.within(value) };
        return { ...input, report: { ...input.report, ...renamed } };
      }
      case 'command':
        return input;
    }
  };
  const renamed = async function* (): AsyncGenerator<Input> {
    for await (const input of inputs) yield under(input);
  };
  return {
    recording: { rules: rulesUnder(rules, names), inputs: renamed() },
    back: (decision) => JSON.stringify(decision).replace(/n?[0-9a-f]{16}/g, (text) => names.old.get(text) ?? text),
  };
};
