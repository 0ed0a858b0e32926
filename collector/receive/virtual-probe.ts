// Series of one service instance that a foreign sender reports: to everything behind the bus they are a probe like any other.
import {
  type Column,
  encodeFrame,
  type FrameSchema,
  hash64,
  limits,
  type Resource,
  schemaHash,
} from '@fenghuo/rules/contract';
import { receiveLimits } from './limits.ts';

/** Values of one instant, on their way into a frame. */
type Row = { readonly timeMs: number; values: Float64Array; low: number; high: number };
/** A frame whose sequence number is still to be written. */
export type Sealed = { readonly probe: VirtualProbe; readonly bytes: Uint8Array };
/** What a probe announces. */
export type Announced = { readonly probe: VirtualProbe; readonly schema: FrameSchema };

/** A trickle of new series announces the whole schema each time; after so many columns told, the next probe is begun. */
const ANNOUNCED_MAX = 16 * receiveLimits.columnsMax;
const SPARE_MAX = 2;
/** As many as a schema may tell. */
const LISTENS_MAX = 64;

export class VirtualProbe {
  readonly id: string;
  /** Numbers of its series, by column. */
  readonly slots: number[] = [];
  /** The request that touched it last. */
  turn = -1;
  /** It has to be announced before its next frame. */
  isChanged = false;
  /** The announcement that is under way: until it is acknowledged, frames rely on it. */
  announcing: Promise<unknown> | undefined;
  /** Counts the frames that went out. */
  sequence = 0;
  private readonly hash: string;
  private readonly resource: Resource;
  private readonly incarnation: number;
  private readonly columns: Column[] = [];
  private readonly listens: string[] = [];
  private schema = '';
  private jsonBytes = 256;
  private announced = 0;
  private readonly rows = new Map<number, Row>();
  private row: Row | undefined;
  private readonly spare: Float64Array[] = [];

  constructor(id: string, resource: Resource, incarnation: number) {
    this.id = id;
    this.hash = hash64(id);
    this.resource = resource;
    this.incarnation = incarnation;
  }

  /** Whether one more column fits: in a frame, in the message that announces it, and in what announcing may cost. */
  hasRoom(column: Column): boolean {
    return (
      this.columns.length < receiveLimits.columnsMax &&
      this.announced < ANNOUNCED_MAX &&
      this.jsonBytes + sizeOf(column) <= receiveLimits.schemaBytesMax
    );
  }

  /** Adds a column at the end; answers its place. */
  add(column: Column, slot: number): number {
    this.jsonBytes += sizeOf(column);
    this.isChanged = true;
    this.slots.push(slot);
    return this.columns.push(column) - 1;
  }

  /** Adds an address under which its service is reached; false where it is known or one too many. */
  listen(address: string): boolean {
    if (this.listens.length >= LISTENS_MAX || this.listens.includes(address)) return false;
    this.listens.push(address);
    this.isChanged = true;
    return true;
  }

  /** Turns to the row of an instant; false where there is none yet. */
  turnTo(timeMs: number): boolean {
    if (this.row !== undefined && this.row.timeMs === timeMs) return true;
    const row = this.rows.get(timeMs);
    if (row === undefined) return false;
    this.row = row;
    return true;
  }

  /** Id of the series of a column. */
  idOf(place: number): string {
    return this.columns[place]?.id ?? '';
  }

  /** Opens the row of an instant. */
  open(timeMs: number): void {
    const spare = this.spare.pop();
    const values = spare ?? new Float64Array(Math.max(8, this.columns.length)).fill(Number.NaN);
    this.row = { timeMs, values, low: limits.frameColumnsMax, high: -1 };
    this.rows.set(timeMs, this.row);
  }

  /** Puts a value into the row turned to; false where the column has one already. */
  put(place: number, value: number): boolean {
    const row = this.row;
    if (row === undefined) return false;
    if (place >= row.values.length) row.values = widened(row.values, this.columns.length);
    const before = row.values[place]!;
    if (!Number.isNaN(before)) return false;
    row.values[place] = value;
    if (place < row.low) row.low = place;
    if (place > row.high) row.high = place;
    return true;
  }

  /** Gives out every row as one frame or several, oldest first; columns must have been announced. */
  seal(out: (sealed: Sealed) => void): void {
    const rows = [...this.rows.values()];
    if (rows.length > 1) rows.sort((a, b) => a.timeMs - b.timeMs);
    for (const row of rows) {
      this.cut(row, out);
      if (this.spare.length >= SPARE_MAX) continue;
      row.values.fill(Number.NaN, 0, row.high + 1);
      this.spare.push(row.values);
    }
    this.rows.clear();
    this.row = undefined;
  }

  /** The announcement of the columns as they are now. */
  announce(): FrameSchema {
    const content = { resource: this.resource, listens: [...this.listens], columns: [...this.columns] };
    this.schema = schemaHash(content);
    this.announced += this.columns.length;
    this.isChanged = false;
    return { v: 1, probe: this.id, incarnation: this.incarnation, hash: this.schema, ...content };
  }

  /** A frame carries a stretch of columns; a long empty stretch between two values is left out. */
  private cut({ timeMs, values, low, high }: Row, out: (sealed: Sealed) => void): void {
    let first = low;
    let last = low;
    for (let i = low + 1; i <= high; i++) {
      if (Number.isNaN(values[i]!)) continue;
      if (i - last > receiveLimits.gapColumnsMax) {
        out(this.frame(timeMs, first, values.subarray(first, last + 1)));
        first = i;
      }
      last = i;
    }
    if (high >= 0) out(this.frame(timeMs, first, values.subarray(first, last + 1)));
  }

  private frame(timeMs: number, first: number, values: Float64Array): Sealed {
    const { schema, hash: probe, incarnation } = this;
    return {
      probe: this,
      bytes: encodeFrame({ schema, probe, incarnation, sequence: 0, lost: 0, timeMs, first, values }),
    };
  }
}

const widened = (old: Float64Array, columns: number): Float64Array => {
  const next = new Float64Array(Math.max(columns, old.length * 2)).fill(Number.NaN);
  next.set(old);
  return next;
};

/** Bytes of JSON, from above: a character may take three, an escaped one six. */
const sizeOf = (column: Column): number => {
  let size = 160 + 6 * (column.metric.length + column.unit.length);
  const { attributes } = column;
  for (const key of Object.keys(attributes)) size += 8 + 6 * (key.length + attributes[key]!.length);
  return size;
};
