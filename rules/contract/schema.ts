// A schema says what the columns of a frame mean. It is announced when it changes, not with every sample.
import { z } from 'zod';
import { limits } from './limits.ts';

/** What a value of a column is: an instant reading, what was added during the tick, or what was added since some start (a fall is a reset). */
export const valueKinds = ['gauge', 'delta', 'cumulative'] as const;
/** Which figure of a histogram a column holds; absent for a plain number. A bucket is kept for history and watched by nobody. */
export const stats = ['count', 'sum', 'mean', 'min', 'max', 'p50', 'p90', 'p99', 'bucket'] as const;
/** The catalogue's general classes. The engine knows a metric by its class, never by its name. */
export const metricClasses = ['latency', 'errors', 'traffic', 'saturation', 'resource', 'business'] as const;
export const edgeProtocols = ['http', 'rpc', 'db', 'messaging'] as const;

const text = z.string().max(limits.attributeCharsMax);

/** The figure belongs to calls from this service (resource `service.name`) to a callee. */
export const edgeRef = z.object({
  /** Best name the probe has: `service.peer.name`, else `host:port`; the engine resolves addresses. */
  callee: text,
  protocol: z.enum(edgeProtocols),
  operation: text.optional(),
  /** `consumer`: the service takes messages from the callee, a queue, and the figures are of its own work on them. Absent: it calls. */
  role: z.literal('consumer').optional(),
});

export const column = z.object({
  /** Series id: 16 hex digits, a 64-bit hash of resource identity, metric, stat and attributes (`seriesId`). */
  id: z.string().regex(/^[0-9a-f]{16}$/),
  /** OpenTelemetry metric name. */
  metric: text,
  /** UCUM unit: s, By, 1, {request}… */
  unit: text,
  kind: z.enum(valueKinds),
  class: z.enum(metricClasses),
  stat: z.enum(stats).optional(),
  attributes: z.record(text, text),
  edge: edgeRef.optional(),
});

export const resource = z.object({
  /** `service.name`; for a host agent absent. */
  service: text.optional(),
  instance: text.optional(),
  version: text.optional(),
  /** `host.name`: which host the process runs on. */
  host: text.optional(),
  namespace: text.optional(),
  environment: text.optional(),
});

export const frameSchema = z.object({
  v: z.literal(1),
  /** Probe id: `<service>@<instance>` or `host@<name>`. */
  probe: text.min(1),
  /** Start time of the probe's process, epoch ms: tells a restart from a gap. */
  incarnation: z.number().int().nonnegative(),
  /** 16 hex digits: hash of all that follows; frames refer to it. */
  hash: z.string().regex(/^[0-9a-f]{16}$/),
  resource,
  /** Addresses (`host:port`) under which others reach this service, learned from its server spans. */
  listens: z.array(text).max(64),
  columns: z.array(column).max(limits.frameColumnsMax),
});

export type ValueKind = (typeof valueKinds)[number];
export type Stat = (typeof stats)[number];
export type MetricClass = (typeof metricClasses)[number];
export type EdgeProtocol = (typeof edgeProtocols)[number];
export type EdgeRef = Readonly<z.infer<typeof edgeRef>>;
export type Column = Readonly<z.infer<typeof column>>;
export type Resource = Readonly<z.infer<typeof resource>>;
export type FrameSchema = Readonly<z.infer<typeof frameSchema>>;
