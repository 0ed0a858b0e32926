// Every NATS subject, stream and bucket, as functions of their parts. Nobody else writes a subject by hand.

/** The ordered input of the engine. One stream a partition: frames, schemas, events, commands, flag reports. */
export const telemetryStream = (partition: number): string => `TELEMETRY-${partition}`;
/** The decision log, kept for good. */
export const decisionsStream = 'DECISIONS';
/** Spans that are kept whole, on their way into the store: lines of JSON, many to a message. */
export const spansStream = 'SPANS';
/** Key-value bucket of degrade flags, one key a flag: `<service>.<key>`. */
export const flagsBucket = 'fh_flags';
/** Key-value bucket of announced schemas by hash (hex): asked for by whoever meets an unknown hash. */
export const schemasBucket = 'fh_schemas';
/** Key-value bucket of silences by id (silence.ts). */
export const silencesBucket = 'fh_silences';

/** A subject token: NATS forbids dots, blanks and wildcards in one. */
export const token = (name: string): string => name.replace(/[^A-Za-z0-9_-]/g, '_') || '_';

export const subjects = {
  /** Everything of one partition: what TELEMETRY-<p> stores. */
  telemetry: (partition: number): string => `fh.t.${partition}.>`,
  frame: (partition: number, probe: string): string => `fh.t.${partition}.frame.${token(probe)}`,
  /** How calls in trouble have fared in a tick so far, as a frame: evidence for the engine, told whole by the tick's own frame, stored by nobody. */
  early: (partition: number, probe: string): string => `fh.t.${partition}.early.${token(probe)}`,
  schema: (partition: number, probe: string): string => `fh.t.${partition}.schema.${token(probe)}`,
  /** Deploys, configuration, promotions, weather, maintenance (input.ts: ChangeEvent). */
  event: (partition: number): string => `fh.t.${partition}.event`,
  /** What a person asked of the engine (input.ts: Command). */
  command: (partition: number): string => `fh.t.${partition}.command`,
  /** A probe's degrade agent says which value is effective (flag.ts: FlagReport). */
  flagReport: (partition: number, probe: string): string => `fh.t.${partition}.flag.${token(probe)}`,
  /** What an app says of its business, a tick's events at once (business.ts: BusinessBatch). */
  business: (partition: number, probe: string): string => `fh.t.${partition}.business.${token(probe)}`,
  /** Decision events (decision.ts), stored in DECISIONS. `incident` is `none` for those of no incident. */
  decision: (type: string, incident: string | undefined): string =>
    `fh.d.${incident === undefined ? 'none' : token(incident)}.${type}`,
  decisions: 'fh.d.>',
  /** Not stored: what a live view shows (live.ts). */
  liveGraph: 'fh.live.graph',
  liveEvidence: (incident: string): string => `fh.live.evidence.${token(incident)}`,
  liveAll: 'fh.live.>',
  /** Not stored: who writes a partition into ClickHouse answers here with its id, so that a second collector stands by. */
  collecting: (partition: number): string => `fh.c.${partition}`,
  collectors: 'fh.c.>',
  /** Spans that a receiver keeps, by the key of who sent them. */
  spans: (source: string): string => `fh.s.${token(source)}`,
  spansAll: 'fh.s.>',
  /** What could not be parsed, stored in stream DEADLETTER; its headers are `deadLetterHeaders`. */
  deadLetter: (reason: string): string => `fh.x.${token(reason)}`,
  deadLetters: 'fh.x.>',
} as const;

export const deadLetterStream = 'DEADLETTER';
/** Why a message was refused, and where it stood: its subject, stream and sequence there. */
export const deadLetterHeaders = {
  reason: 'fh-reason',
  subject: 'fh-subject',
  stream: 'fh-stream',
  seq: 'fh-seq',
} as const;

const telemetryKinds = ['frame', 'early', 'schema', 'event', 'command', 'flag', 'business'] as const;
/** What the third/fourth token of a telemetry subject says the message is. */
export type TelemetryKind = (typeof telemetryKinds)[number];
const isTelemetryKind = (kind: string | undefined): kind is TelemetryKind =>
  telemetryKinds.some((known) => known === kind);

/** Parses `fh.t.<partition>.<kind>[.<probe>]`; undefined where it is none of ours. */
export const parseTelemetrySubject = (
  subject: string,
): { readonly partition: number; readonly kind: TelemetryKind; readonly probe: string | undefined } | undefined => {
  const parts = subject.split('.');
  if (parts[0] !== 'fh' || parts[1] !== 't') return undefined;
  const partition = Number(parts[2]);
  const kind = parts[3];
  if (!Number.isInteger(partition) || partition < 0) return undefined;
  if (!isTelemetryKind(kind)) return undefined;
  return { partition, kind, probe: parts[4] };
};

/** The partition of a probe: FNV-1a of its id, so that a probe's history never moves. */
export const partitionOf = (probe: string, partitions: number): number => {
  let hash = 0x811c9dc5;
  for (let i = 0; i < probe.length; i++) hash = Math.imul(hash ^ probe.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % partitions;
};
