// A made-up platform of plausible shape: gateways call services, services call services, databases and third parties. No cycles.
export type Call = {
  readonly to: number;
  /** Calls for each request that the caller serves. */
  readonly share: number;
};
export type Node = {
  readonly name: string;
  readonly kind: 'service' | 'third_party';
  readonly calls: readonly Call[];
  /** Requests a second on an average day, without its seasons. */
  rate: number;
  /** Seconds that it needs itself, and with what it waits for. */
  own: number;
  total: number;
  /** Hours by which its day is shifted. */
  readonly shiftH: number;
};

/** Edges of a service: twelve of its twenty figures. */
export const EDGES = 3;
const SERVICES_PER_THIRD_PARTY = 20;
/** A service stands in one of so many layers and calls what stands below. */
const LAYERS = 6;
const GATEWAYS = 0.02;

/** `services` services first, in an order in which callers stand before whom they call; third parties behind them. */
export const town = (services: number, random: () => number): Node[] => {
  const third = Math.max(2, Math.round(services / SERVICES_PER_THIRD_PARTY));
  const between = (low: number, high: number): number => low + (high - low) * random();
  const layerEnd = (i: number): number => {
    const layer = Math.floor((i / services) * LAYERS);
    return Math.ceil(((layer + 1) / LAYERS) * services);
  };
  const nodes: Node[] = [];
  for (let i = 0; i < services + third; i++) {
    const isThird = i >= services;
    const first = layerEnd(i);
    const calls: Call[] = [];
    for (let e = 0; e < EDGES && !isThird; e++) {
      // What stands lowest calls only third parties; one call in twenty leaves the house from anywhere.
      const outside = first >= services || random() < 0.05;
      const to = outside ? services + Math.floor(random() * third) : first + Math.floor(random() * (services - first));
      // One that most requests need, and others that some do: traffic neither grows nor dies out from layer to layer.
      const share = e > 0 ? between(0.05, 0.4) : random() < 0.6 ? 1 : between(0.1, 0.9);
      if (!calls.some((call) => call.to === to)) calls.push({ to, share });
    }
    nodes.push({
      name: `${isThird ? 'partner' : 'service'}-${Math.floor(random() * 0xffffffff).toString(36)}-${i}`,
      kind: isThird ? 'third_party' : 'service',
      calls,
      rate: i < Math.max(2, GATEWAYS * services) ? between(40, 200) : 0,
      own: isThird ? between(0.03, 0.12) : 0.001 * Math.exp(between(0, 2.7)),
      total: 0,
      shiftH: between(-1, 1),
    });
  }
  for (const node of nodes) {
    // Nobody is called by none: batch jobs and the like have a few requests of their own.
    node.rate = Math.max(node.rate, between(1, 6));
    // What is called is served: both ends count the same calls.
    for (const { to, share } of node.calls) nodes[to]!.rate += node.rate * share;
  }
  settle(nodes);
  return nodes;
};

/** What each needs with what it waits for: its own time and that of the slowest whom most of its requests call, all at once. */
export const settle = (nodes: readonly Node[]): void => {
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i]!;
    const waits = node.calls.map(({ to, share }) => (share >= 0.5 ? nodes[to]!.total : 0));
    node.total = node.own + Math.max(0, ...waits);
  }
};

/** Who waits for `target`, directly or through others, and how large a part of whose requests does; the target itself with 1. */
export const waiters = (nodes: readonly Node[], target: number): Float64Array => {
  const part = new Float64Array(nodes.length);
  part[target] = 1;
  for (let i = target - 1; i >= 0; i--)
    for (const { to, share } of nodes[i]!.calls) part[i] = 1 - (1 - part[i]!) * (1 - Math.min(1, share) * part[to]!);
  return part;
};

/** Whose median waits for `target`: it, and who calls such a one for at least half of its requests. */
export const held = (nodes: readonly Node[], target: number): Uint8Array => {
  const waits = new Uint8Array(nodes.length);
  waits[target] = 1;
  for (let i = target - 1; i >= 0; i--)
    if (nodes[i]!.calls.some(({ to, share }) => share >= 0.5 && waits[to] === 1)) waits[i] = 1;
  return waits;
};
