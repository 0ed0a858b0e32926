// Points of a tick → one frame, and a new schema whenever the set of columns changed.
import {
  type Column,
  encodeFrame,
  type FrameSchema,
  hash64,
  limits,
  type Resource,
  schemaHash,
  seriesId,
} from '@fenghuo/rules/contract';
import type { Point } from './point.ts';

export type Assembled = {
  readonly frame: Uint8Array;
  readonly schema: FrameSchema;
  readonly schemaIsNew: boolean;
};

/** Separated by what no name contains, attributes in one order: two points share a column only if they share a series. */
const keyOf = ({ metric, stat, edge, attributes }: Point): string => {
  let key = `${metric}\0${stat ?? ''}\0${edge === undefined ? '' : `${edge.protocol}\0${edge.callee}`}`;
  for (const name of Object.keys(attributes).sort()) key += `\0${name}\0${attributes[name]}`;
  return key;
};

export class Assembler {
  private readonly columns = new Map<string, number>();
  private readonly order: Column[] = [];
  private schema: FrameSchema | undefined;
  private sequence = 0;
  /** Points that had no room in a frame. */
  folded = 0;

  private readonly probe: string;
  private readonly incarnation: number;
  private readonly resource: Resource;

  constructor(probe: string, incarnation: number, resource: Resource) {
    this.probe = probe;
    this.incarnation = incarnation;
    this.resource = resource;
  }

  /** Columns only ever join, at the end: a figure that is missing this tick is NaN, and the schema rarely changes. */
  assemble(timeMs: number, points: readonly Point[], listens: readonly string[], lost: number): Assembled {
    const before = this.order.length;
    const places = points.map((point) => this.place(point));
    const changed =
      this.schema === undefined || this.order.length !== before || this.schema.listens.length !== listens.length;
    const schema = changed || this.schema === undefined ? this.announce(listens) : this.schema;
    this.schema = schema;
    const values = new Float64Array(this.order.length).fill(Number.NaN);
    points.forEach((point, i) => {
      const place = places[i]!;
      if (place >= 0) values[place] = point.value;
    });
    const frame = this.encode(schema.hash, timeMs, values, lost);
    this.sequence++;
    return { frame, schema, schemaIsNew: changed };
  }

  /** Points of columns that were told before, as a frame without a number of its own; undefined before the first schema. */
  early(timeMs: number, points: readonly Point[]): Uint8Array | undefined {
    if (this.schema === undefined) return undefined;
    const { hash, columns } = this.schema;
    const values = new Float64Array(columns.length).fill(Number.NaN);
    for (const point of points) {
      const place = this.columns.get(keyOf(point));
      if (place !== undefined) values[place] = point.value;
    }
    return this.encode(hash, timeMs, values, 0);
  }

  private encode(schema: string, timeMs: number, values: Float64Array, lost: number): Uint8Array {
    const { incarnation, sequence } = this;
    return encodeFrame({ schema, probe: hash64(this.probe), incarnation, sequence, lost, timeMs, values });
  }

  private announce(listens: readonly string[]): FrameSchema {
    const content = { resource: this.resource, listens: [...listens], columns: [...this.order] };
    return { v: 1, probe: this.probe, incarnation: this.incarnation, hash: schemaHash(content), ...content };
  }

  private place(point: Point): number {
    const key = keyOf(point);
    const known = this.columns.get(key);
    if (known !== undefined) return known;
    if (this.order.length >= limits.frameColumnsMax) {
      this.folded++;
      return -1;
    }
    const { value: _, ...rest } = point;
    const attributes =
      point.edge === undefined
        ? point.attributes
        : { ...point.attributes, 'network.protocol.name': point.edge.protocol };
    const place = this.order.length;
    this.order.push({ ...rest, attributes, id: seriesId(this.resource, point.metric, point.stat, attributes) });
    this.columns.set(key, place);
    return place;
  }
}
