// What kind of trouble a cause is. Used by the localiser, by playbooks (`when.kinds`) and by the pages that people read.

export const faultKinds = [
  'latency', // answers late
  'errors', // answers with errors
  'hang', // part of the calls never answer
  'unreachable', // refuses or resets connections
  'silence', // its telemetry stopped while its callers fail: crashed
  'cpu', // processor exhausted
  'memory', // memory growth or collection pressure
  'eventloop', // the process's loop is blocked
  'saturation', // a pool, queue or limit is full
  'disk', // disk full or slow
  'network', // the link between two services, not either end
  'traffic', // demand shifted
  'unknown',
] as const;
export type FaultKind = (typeof faultKinds)[number];

/** What an entity is. */
export const entityKinds = [
  'service',
  'instance',
  'host',
  'database',
  'queue',
  'third_party',
  'edge',
  'flow',
  'audience',
  'client',
] as const;
export type EntityKind = (typeof entityKinds)[number];

/** Text in the users' two languages, from one structure. */
export type Bilingual = { readonly en: string; readonly zh: string };
