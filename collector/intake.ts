// What a message of the stream is, and where it goes: frames into the batch, schemas and events into their tables, the rest to the dead letters.

import type { Clock } from '@fenghuo/kit';
import { changeEvent, decodeFrame, type Frame, type FrameSchema, parseTelemetrySubject } from '@fenghuo/rules/contract';
import type { JsMsg } from '@nats-io/jetstream';
import type { Refuse } from './dead-letter.ts';
import type { Patience } from './patience.ts';
import { type KnownSchema, type Schemas, schemaRow, seriesRows } from './schemas.ts';
import { uint64 } from './store/chain.ts';
import type { Store } from './store/client.ts';
import type { Writer } from './writer.ts';

/** Frames wait so long for their schemas: announcements travel beside the frames, and may arrive after the first of them. */
const SCHEMA_WAIT_MS = 2_000;
/** Frames that wait for their schemas at once; then nothing more is taken until they are settled. 32 MB at the most. */
const PARKED_MAX = 1_000;
/** Change events of one insert at most. */
const EVENTS_MAX = 1_000;
/** Rollups keep times as seconds since 1970 in 32 bits. */
const TIME_MS_MAX = 4_294_967_295_000;

export type IntakeParts = {
  readonly store: Store;
  readonly schemas: Schemas;
  readonly writer: Writer;
  readonly clock: Clock;
  readonly patience: Patience;
  readonly refuse: Refuse;
  /** Keeps a schema where it can be asked for by its hash. */
  readonly keep: (schema: FrameSchema) => Promise<void>;
  /** 16 hex digits of the stream's id. */
  readonly stream: string;
};
type Parked = { readonly message: JsMsg; readonly frame: Frame };

export class Intake {
  private parked: Parked[] = [];
  /** When the frames that wait now are refused, together: one that comes last may not hold up the batch for longer. */
  private untilMs = 0;
  private events: Record<string, unknown>[] = [];
  private readonly parts: IntakeParts;

  constructor(parts: IntakeParts) {
    this.parts = parts;
  }

  /** Frames wait for their schemas: until they are settled the batch they belong to is not complete. */
  get isWaiting(): boolean {
    return this.parked.length > 0;
  }
  get isFull(): boolean {
    return this.parked.length >= PARKED_MAX || this.events.length >= EVENTS_MAX;
  }

  async take(message: JsMsg): Promise<void> {
    const of = parseTelemetrySubject(message.subject);
    if (of === undefined) return this.parts.refuse('subject_unknown', message);
    if (of.kind === 'frame') return this.takeFrame(message);
    if (of.kind === 'schema') return this.takeSchema(message);
    if (of.kind === 'event') return this.takeEvent(message);
    // Commands and flag reports are for the engine; what it decides on them is kept as decisions.
  }

  /** Frames whose schema has come join the batch, those that have waited too long are refused. */
  async settle(): Promise<void> {
    const waiting = this.parked;
    this.parked = [];
    for (const one of waiting) {
      const { probe, schema } = one.frame;
      const found = await this.parts.schemas.find(probe, schema);
      if (typeof found === 'object') {
        if (found.announced !== undefined) await this.store(found.announced);
        await this.addFrame(one.message, one.frame, found.known);
      } else if (found === 'unknown' && this.parts.clock.now() >= this.untilMs)
        await this.parts.refuse('schema_unknown', one.message);
      else this.parked.push(one);
    }
  }

  /** Stores the events taken so far: before the frames beside them, for the place where a restart begins is told by frames. */
  async storeEvents(): Promise<void> {
    const { patience, store, stream } = this.parts;
    const rows = this.events;
    if (rows.length === 0) return;
    this.events = [];
    // Its place in the stream is an event's key: one that is read again replaces itself.
    const token = `events-${stream}-${String(rows[0]?.seq)}-${rows.length}`;
    await patience.until('events', () => store.insertRows('events', rows, token));
  }

  private async takeFrame(message: JsMsg): Promise<void> {
    const { writer, refuse, schemas, clock } = this.parts;
    // Another collector has stored it already.
    if (message.seq <= writer.position) return;
    writer.began(message.seq, message.info.timestampNanos / 1e6);
    const frame = decodeFrame(message.data);
    if ('fault' in frame) return refuse(frame.fault, message);
    if (frame.timeMs > TIME_MS_MAX) return refuse('frame_time', message);
    const known = schemas.get(frame.probe, frame.schema);
    if (known !== undefined) return this.addFrame(message, frame, known);
    if (!this.isWaiting) this.untilMs = clock.now() + SCHEMA_WAIT_MS;
    this.parked.push({ message, frame });
  }

  private async addFrame(message: JsMsg, frame: Frame, known: KnownSchema): Promise<void> {
    if ((frame.first ?? 0) + frame.values.length > known.columns) return this.parts.refuse('frame_columns', message);
    this.parts.writer.add(message.seq, known, frame.timeMs, frame.values, frame.first);
  }

  private async takeSchema(message: JsMsg): Promise<void> {
    const { schemas, patience, keep, refuse } = this.parts;
    let schema: FrameSchema | undefined;
    try {
      schema = schemas.learn(parsed(message));
    } catch {
      return refuse('schema_invalid', message);
    }
    if (schema === undefined) return;
    // Kept by hash before any frame that needs it is stored: a restart begins after the announcement.
    await patience.until('a schema', () => keep(schema));
    await this.store(schema);
    if (this.isWaiting) await this.settle();
  }

  /** Before the first frame of a schema: without its row nobody could say which series the frame's values are. */
  private async store(schema: FrameSchema): Promise<void> {
    const { patience, store, clock } = this.parts;
    const { probe, hash, incarnation } = schema;
    const [now, token] = [clock.now(), `${probe}-${hash}-${incarnation}`];
    await patience.until('a schema', () => store.insertRows('schemas', [schemaRow(schema, now)], `schema-${token}`));
    await patience.until('a schema', () => store.insertRows('series', seriesRows(schema, now), `series-${token}`));
  }

  private async takeEvent(message: JsMsg): Promise<void> {
    const event = changeEvent.safeParse(parsed(message));
    if (!event.success) return this.parts.refuse('event_invalid', message);
    const { timeMs, kind, service, what, untilMs, version } = event.data;
    this.events.push({
      stream: uint64(this.parts.stream),
      seq: message.seq,
      at: new Date(timeMs ?? message.info.timestampNanos / 1e6).toISOString(),
      kind,
      service: service ?? '',
      what,
      until: untilMs === undefined ? null : new Date(untilMs).toISOString(),
      version: version ?? '',
    });
  }
}

const parsed = (message: JsMsg): unknown => {
  try {
    return message.json();
  } catch {
    return undefined;
  }
};
