// What a message of the stream is, and where it goes: frames into the batch, schemas and events into their tables, the rest to the dead letters.

import type { Clock, Counter, SelfMetrics } from '@fenghuo/kit';
import {
  changeEvent,
  type FrameHead,
  type FrameSchema,
  hash64,
  parseTelemetrySubject,
  readFrame,
} from '@fenghuo/rules/contract';
import type { JsMsg } from '@nats-io/jetstream';
import type { Refuse } from './dead-letter.ts';
import type { Patience } from './patience.ts';
import { Repeats } from './repeats.ts';
import { SCHEMA_COLUMNS, SERIES_COLUMNS, schemaRows, seriesRows } from './schema-rows.ts';
import type { KnownSchema, Schemas } from './schemas.ts';
import { uint64 } from './store/chain.ts';
import type { Store } from './store/client.ts';
import type { Writer } from './writer.ts';

/** Frames wait so long for their schemas: announcements travel beside the frames, and may arrive after the first of them. */
const SCHEMA_WAIT_MS = 2_000;
/** Frames that wait for their schemas at once; then nothing more is taken until they are settled. 32 MB at the most. */
const PARKED_MAX = 1_000;
/** Change events of one insert at most. */
const EVENTS_MAX = 1_000;
/** Columns of announced schemas of one insert, more or less: some 10 MB of text. */
const ANNOUNCED_COLUMNS_MAX = 20_000;
/** Rollups keep times as seconds since 1970 in 32 bits. */
const TIME_MS_MAX = 4_294_967_295_000;

export type IntakeParts = {
  readonly store: Store;
  readonly schemas: Schemas;
  readonly writer: Writer;
  readonly clock: Clock;
  readonly self: SelfMetrics;
  readonly patience: Patience;
  readonly refuse: Refuse;
  /** Keeps a schema where it can be asked for by its hash. */
  readonly keep: (schema: FrameSchema) => Promise<void>;
  /** 16 hex digits of the stream's id. */
  readonly stream: string;
  /** Sequence from which on it is ours to store; of frames before, only the numbers count. */
  readonly start: number;
};
type Parked = { readonly message: JsMsg; readonly frame: FrameHead };

export class Intake {
  private parked: Parked[] = [];
  /** When the frames that wait now are refused, together: one that comes last may not hold up the batch for longer. */
  private untilMs = 0;
  private events: Record<string, unknown>[] = [];
  private announced: FrameSchema[] = [];
  private announcedColumns = 0;
  /** Of this reading of the stream: whoever reads it again from an earlier place begins without. */
  private readonly repeats = new Repeats();
  private readonly lost: Counter;
  private readonly repeated: Counter;
  private readonly parts: IntakeParts;

  constructor(parts: IntakeParts) {
    this.parts = parts;
    this.repeated = parts.self.counter('fenghuo.collector.repeated', '{frame}', 'frames that were stored already');
    this.lost = parts.self.counter('fenghuo.collector.lost', '{frame}', 'frames that probes say they had to drop');
  }

  /** Frames wait for their schemas: until they are settled the batch they belong to is not complete. */
  get isWaiting(): boolean {
    return this.parked.length > 0;
  }
  get isFull(): boolean {
    return (
      this.parked.length >= PARKED_MAX ||
      this.events.length >= EVENTS_MAX ||
      this.announcedColumns >= ANNOUNCED_COLUMNS_MAX
    );
  }

  async take(message: JsMsg): Promise<void> {
    const of = parseTelemetrySubject(message.subject);
    if (of?.kind === 'frame') return this.takeFrame(message);
    if (message.seq < this.parts.start) return;
    if (of === undefined) return this.parts.refuse('subject_unknown', message);
    if (of.kind === 'schema') return this.takeSchema(message);
    if (of.kind === 'event') return this.takeEvent(message);
    // Commands, flag reports and early looks are for the engine; what it decides on them is kept as decisions.
  }

  /** Frames whose schema has come join the batch, those that have waited too long are refused. */
  async settle(): Promise<void> {
    const waiting = this.parked;
    this.parked = [];
    for (const one of waiting) {
      const { probe, schema } = one.frame;
      const found = await this.parts.schemas.find(probe, schema);
      if (typeof found === 'object') {
        if (found.announced !== undefined) this.announce(found.announced);
        await this.addFrame(one.message, one.frame, found.known);
      } else if (found === 'unknown' && this.parts.clock.now() >= this.untilMs)
        await this.parts.refuse('schema_unknown', one.message);
      else this.parked.push(one);
    }
  }

  /**
   * Stores the schemas and events taken so far: before the frames beside them, for the place where a restart begins is told by frames,
   * and without its schema's row nobody could say which series a frame's values are.
   */
  async storeBeside(): Promise<void> {
    if (this.announced.length > 0) await this.storeAnnounced();
    if (this.events.length > 0) await this.storeEvents();
  }

  private async storeAnnounced(): Promise<void> {
    const { patience, store, clock, keep, stream } = this.parts;
    const schemas = this.announced;
    const [now, token] = [clock.now(), hash64(`${stream} ${schemas.map(({ hash }) => hash).join(' ')}`)];
    await patience.until('schemas', async () => {
      await Promise.all(schemas.map(keep));
      const [ids, series] = [schemaRows(schemas, now), seriesRows(schemas, now)];
      await store.insertBlock('schemas', SCHEMA_COLUMNS, ids, `schemas-${token}`);
      if (series.length > 0) await store.insertBlock('series', SERIES_COLUMNS, series, `series-${token}`);
    });
    this.announced = [];
    this.announcedColumns = 0;
  }

  private async storeEvents(): Promise<void> {
    const { patience, store, stream } = this.parts;
    const rows = this.events;
    // Its place in the stream is an event's key: one that is read again replaces itself.
    const token = `events-${stream}-${String(rows[0]?.seq)}-${rows.length}`;
    await patience.until('events', () => store.insertRows('events', rows, token));
    this.events = [];
  }

  private async takeFrame(message: JsMsg): Promise<void> {
    const { writer, refuse, schemas, clock } = this.parts;
    const frame = readFrame(message.data);
    const isRepeated = !('fault' in frame) && this.repeats.isRepeated(frame.probe, frame.incarnation, frame.sequence);
    // Stored before this collector began, or by another since.
    if (message.seq <= writer.position) return;
    writer.began(message.seq, message.info.timestampNanos / 1e6);
    if ('fault' in frame) return refuse(frame.fault, message);
    if (frame.timeMs > TIME_MS_MAX) return refuse('frame_time', message);
    if (isRepeated) return this.repeated.add(1);
    if (frame.lost > 0) this.lost.add(frame.lost);
    const known = schemas.get(frame.probe, frame.schema);
    if (known !== undefined) return this.addFrame(message, frame, known);
    if (!this.isWaiting) this.untilMs = clock.now() + SCHEMA_WAIT_MS;
    this.parked.push({ message, frame });
  }

  private async addFrame(message: JsMsg, frame: FrameHead, known: KnownSchema): Promise<void> {
    const { first, count, timeMs, valuesAt } = frame;
    if ((first ?? 0) + count > known.columns) return this.parts.refuse('frame_columns', message);
    this.parts.writer.add(message.seq, known, timeMs, message.data.subarray(valuesAt), first);
  }

  private async takeSchema(message: JsMsg): Promise<void> {
    let schema: FrameSchema | undefined;
    try {
      schema = this.parts.schemas.learn(parsed(message));
    } catch {
      return this.parts.refuse('schema_invalid', message);
    }
    if (schema === undefined) return;
    this.announce(schema);
    if (this.isWaiting) await this.settle();
  }

  private announce(schema: FrameSchema): void {
    this.announced.push(schema);
    this.announcedColumns += schema.columns.length;
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
