// A made-up system of services and what a fault in one of them does to all: lateness and errors reach whoever waits, calls dry up, resources tell.
export type Node = {
  readonly name: string;
  /** Nobody measures it: only who calls it speaks of it. */
  readonly isThird: boolean;
  /** Callees and calls for each request served. */
  readonly calls: readonly { readonly to: number; readonly share: number }[];
  /** Seconds of its own for a request, requests a second, share of a processor, bytes. */
  readonly own: number;
  rate: number;
  readonly cpu: number;
  readonly memory: number;
};
export const faultKinds = [
  'latency',
  'errors',
  'cpu',
  'memory',
  'crash',
  'network',
  'third_latency',
  'third_errors',
] as const;
export type FaultKind = (typeof faultKinds)[number];
export type Fault = { readonly kind: FaultKind; readonly target: number; readonly size: number };

/** What one node shows in one step. */
export type State = {
  readonly latency: number;
  readonly rate: number;
  readonly failing: number;
  readonly cpu: number;
  readonly memory: number;
  readonly isGone: boolean;
  /** Seconds that each call into and out of it takes longer on its way. */
  readonly way: number;
};

/** Services in an order in which callers stand before whom they call, third parties last; the first is what users call. */
export const madeSystem = (random: () => number): Node[] => {
  const between = (low: number, high: number): number => low + (high - low) * random();
  const services = 5 + Math.floor(random() * 9);
  const third = 1 + Math.floor(random() * 3);
  const word = (): string =>
    Array.from({ length: 6 }, () => String.fromCharCode(97 + Math.floor(random() * 26))).join('');
  const nodes: Node[] = Array.from({ length: services + third }, (_, i) => {
    const isThird = i >= services;
    const below = Array.from({ length: services + third - i - 1 }, (__, k) => i + 1 + k);
    const most = isThird ? 0 : i === 0 ? 3 : Math.floor(between(0, 3.5));
    const calls = below
      .map((to) => ({ to, order: random() }))
      .sort((a, b) => a.order - b.order)
      .slice(0, most)
      .map(({ to }) => ({ to, share: between(0.3, 1) }));
    return {
      name: word(),
      isThird,
      calls,
      own: 0.002 * Math.exp(between(0, 3.5)),
      rate: i === 0 ? between(20, 200) : 0,
      cpu: between(0.05, 0.4),
      memory: between(1e8, 2e9),
    };
  });
  // Nobody is called by none.
  nodes.forEach((_, to) => {
    if (to === 0 || nodes.some(({ calls }) => calls.some((call) => call.to === to))) return;
    const by = Math.floor(random() * Math.min(to, services));
    nodes[by] = { ...nodes[by]!, calls: [...nodes[by]!.calls, { to, share: between(0.3, 1) }] };
  });
  for (const node of nodes) for (const { to, share } of node.calls) nodes[to]!.rate += node.rate * share;
  return nodes;
};

/** A fault of that kind at a node that it can befall; large enough that somebody would notice. */
export const madeFault = (nodes: readonly Node[], kind: FaultKind, random: () => number): Fault => {
  const may = nodes.flatMap((node, i) => (node.isThird === kind.startsWith('third') && i > 0 ? [i] : []));
  return { kind, target: may[Math.floor(random() * may.length)] ?? 1, size: 0.5 + random() };
};

/** All nodes in one step, callees first; `demand` is the users' part of the usual. */
export const states = (nodes: readonly Node[], demand: number, fault: Fault | undefined, age: number): State[] => {
  const found: State[] = [];
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i]!;
    const here = fault?.target === i ? fault : undefined;
    const is = (...kinds: FaultKind[]): boolean => here !== undefined && kinds.includes(here.kind);
    const size = here?.size ?? 0;
    const way = is('network') ? 0.1 + 0.3 * size : 0;
    let latency = node.own;
    let well = 1;
    for (const { to, share } of node.calls) {
      const callee = found[to]!;
      latency += share * (callee.latency + callee.way + way);
      well *= 1 - Math.min(1, share) * callee.failing;
    }
    if (is('latency', 'third_latency')) latency += 0.4 * size + 3 * node.own;
    if (is('cpu')) latency += (2 + 3 * size) * node.own;
    if (is('memory')) latency += (1 + size) * node.own * Math.min(1, age / 3);
    if (is('errors', 'third_errors')) well *= 1 - Math.min(0.9, 0.4 * size);
    if (is('crash')) well = 0;
    found[i] = {
      latency: is('crash') ? 0.002 : latency,
      rate: 0,
      failing: 1 - well,
      cpu: is('cpu') ? Math.min(1, node.cpu + 0.5 * size) : node.cpu * demand,
      memory: node.memory * (is('memory') ? 1 + 0.3 * size * Math.min(4, 1 + age / 2) : 1),
      isGone: is('crash'),
      way,
    };
  }
  const rates = nodes.map(() => 0);
  rates[0] = nodes[0]!.rate * demand;
  nodes.forEach(({ calls }, i) => {
    const passed = found[i]!.isGone ? 0 : rates[i]!;
    for (const { to, share } of calls) rates[to]! += passed * share;
  });
  return found.map((state, i) => ({ ...state, rate: rates[i]! }));
};
