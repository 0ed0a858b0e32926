// Who calls whom, what everything is and where it runs: learned from schemas and declared by topology, each edge with its age.
import type { EntityKind, FrameSchema, TopologyRule } from '@fenghuo/rules/contract';
import { put } from './lists.ts';
import type { GraphEdge } from './types.ts';

/** Edges without traffic for so long are forgotten, unless they were declared. */
const edgeAgeMsMax = 600_000;
const restartsMax = 64;

export type Edge = GraphEdge & {
  readonly protocol: string;
  /** Edges that came later have a greater one. */
  readonly order: number;
  readonly firstMs: number;
  lastMs: number;
};

/** One spelling of an address: on one machine `localhost` and `127.0.0.1` are the same place. */
export const address = (text: string): string => text.replace(/^(localhost|\[::1\]|::1)(?=:|$)/, '127.0.0.1');

export class Graph {
  readonly kinds = new Map<string, EntityKind>();
  readonly hosts = new Map<string, string>();
  readonly edges = new Map<string, Edge>();
  readonly topology: TopologyRule;
  /** Grows whenever an address came to mean another entity, so that names can be looked up again. */
  version = 0;
  /** Grows whenever edges may have been forgotten or renamed: who keeps one looks it up anew. */
  epoch = 1;
  /** Processes of services that were started anew, newest last, at most `restartsMax`. */
  readonly restarts: { readonly service: string; readonly timeMs: number }[] = [];
  private readonly incarnations = new Map<string, number>();
  private readonly addresses = new Map<string, string>();
  private readonly declared = new Set<string>();
  private made = 0;
  /** Who calls whom by name, until an edge goes. */
  private near: Near | undefined;

  constructor(topology: TopologyRule) {
    this.topology = topology;
    for (const entity of topology.entities) {
      this.kinds.set(entity.name, entity.kind);
      if (entity.host !== undefined) this.hosts.set(entity.name, entity.host);
      for (const at of entity.addresses) {
        this.addresses.set(address(at), entity.name);
        this.declared.add(address(at));
      }
    }
    for (const { from, to } of topology.edges) this.see(from, to, 'declared', 0, 'declared');
  }

  /** The entity behind a callee as a probe named it: its own name, an address known, or the address itself. */
  resolve(callee: string): string {
    const at = address(callee);
    return this.addresses.get(at) ?? at;
  }

  /** Learns services, hosts, addresses and edges from a schema. */
  learn(schema: FrameSchema, atMs: number): void {
    const { service, host } = schema.resource;
    if (host !== undefined) this.kinds.set(host, this.kinds.get(host) ?? 'host');
    if (service === undefined) return;
    if (!this.kinds.has(service)) this.kinds.set(service, 'service');
    const before = this.incarnations.get(schema.probe);
    if (before === undefined || schema.incarnation > before) this.incarnations.set(schema.probe, schema.incarnation);
    if (before !== undefined && schema.incarnation > before) {
      this.restarts.push({ service, timeMs: atMs });
      if (this.restarts.length > restartsMax) this.restarts.shift();
    }
    if (host !== undefined) this.hosts.set(service, host);
    for (const listens of schema.listens) {
      const at = address(listens);
      // What people declared stands: a proxy may listen where topology says a third party is.
      if (this.declared.has(at) || this.addresses.get(at) === service) continue;
      this.addresses.set(at, service);
      this.version++;
      this.epoch++;
    }
    for (const column of schema.columns) {
      if (column.edge === undefined) continue;
      const callee = this.resolve(column.edge.callee);
      if (!this.kinds.has(callee)) this.kinds.set(callee, calleeKind[column.edge.protocol]);
      // A queue waits for who takes from it, as a caller waits for its callee: a stuck consumer explains a full queue, never the reverse.
      if (column.edge.role === 'consumer') this.see(callee, service, column.edge.protocol, atMs, 'traffic');
      else this.see(service, callee, column.edge.protocol, atMs, 'traffic');
    }
  }

  /** Traffic was seen on an edge; a schema alone only says that there once was some. */
  see(caller: string, callee: string, protocol: string, atMs: number, source: 'traffic' | 'declared'): Edge {
    const key = `${caller}\u0000${callee}`;
    const known = this.edges.get(key);
    if (known === undefined) {
      const made: Edge = { caller, callee, protocol, source, order: this.made++, firstMs: atMs, lastMs: atMs };
      this.edges.set(key, made);
      if (this.near !== undefined) join(this.near, made);
      return made;
    }
    known.lastMs = Math.max(known.lastMs, atMs);
    return known;
  }

  /** Forgets edges that fell asleep and those to addresses that got a name since. */
  prune(atMs: number): void {
    this.epoch++;
    for (const [key, edge] of this.edges) {
      const renamed = this.resolve(edge.callee) !== edge.callee;
      if (!renamed && (edge.source !== 'traffic' || atMs - edge.lastMs <= edgeAgeMsMax)) continue;
      this.edges.delete(key);
      this.near = undefined;
    }
    // Now, while nobody waits for it, rather than in the midst of an incident.
    this.nearby();
  }

  /**
   * Everything that calls `entity`, directly or through others, and the entity itself: whom its trouble can reach.
   * A queue on the way is where it ends: who has handed a message over waits for nobody.
   */
  upstream(entity: string): Set<string> {
    return this.walk(entity, 'callers');
  }

  /** Everything that `entity` calls, directly or through others, and the entity itself. */
  downstream(entity: string): Set<string> {
    return this.walk(entity, 'callees');
  }

  /** Everything that works on what `entity` asks for, queues on the way passed, and the entity itself: whom its bursts and lulls can reach. */
  fed(entity: string): Set<string> {
    return this.walk(entity, 'callees', true);
  }

  callersOf(entity: string): readonly string[] {
    return this.nearby().callers.get(entity) ?? [];
  }

  calleesOf(entity: string): readonly string[] {
    return this.nearby().callees.get(entity) ?? [];
  }

  /** Whether it calls nobody and nobody calls it. */
  isAlone(entity: string): boolean {
    return !this.nearby().edges.has(entity);
  }

  /** The edges from or to any of `entities`, in the order in which they came. */
  around(entities: ReadonlySet<string>): readonly Edge[] {
    const { edges } = this.nearby();
    const found = new Set([...entities].flatMap((entity) => edges.get(entity) ?? []));
    return [...found].sort((a, b) => a.order - b.order);
  }

  private nearby(): Near {
    this.near ??= neighbours(this.edges.values());
    return this.near;
  }

  private walk(entity: string, way: 'callers' | 'callees', passesQueues = false): Set<string> {
    const near = this.nearby();
    const found = new Set([entity]);
    for (const at of found) {
      if (!passesQueues && at !== entity && this.kinds.get(at) === 'queue') continue;
      for (const next of near[way].get(at) ?? []) found.add(next);
    }
    return found;
  }
}

/** Names of callers and callees, and edges by either end. */
type Near = Readonly<Record<'callers' | 'callees', Map<string, string[]>>> & { readonly edges: Map<string, Edge[]> };
const join = ({ callers, callees, edges }: Near, edge: Edge): void => {
  const { caller, callee } = edge;
  put(callers, callee, caller);
  put(callees, caller, callee);
  put(edges, caller, edge);
  put(edges, callee, edge);
};
const neighbours = (all: Iterable<Edge>): Near => {
  const near: Near = { callers: new Map(), callees: new Map(), edges: new Map() };
  for (const edge of all) join(near, edge);
  return near;
};

const calleeKind = { http: 'service', rpc: 'service', db: 'database', messaging: 'queue' } as const;
