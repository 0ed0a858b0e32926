// The same series and values in three formats: frames, remote-write, OTLP. Requests are built once and only their numbers change from tick to tick.
import { encodeFrame, hash64 } from '@fenghuo/rules/contract';
import { compressSync } from 'snappy';
import { Writer } from '../../collector/receive/protobuf-writer.ts';
import { recordedSchema } from './recorded-schema.ts';
import type { Recording } from './recording.ts';

/** Series a remote-write request carries. */
const REQUEST_SERIES = 5_000;
const OTLP_INSTANCES = 12;

export type Load = {
  readonly series: number;
  readonly ticks: number;
  readonly startMs: number;
  readonly recording: Recording;
};

/** Value of a column of an instance at a tick: instances play the same recording from different points on. */
const valueAt = ({ recording: { rows } }: Load, instance: number, column: number, tick: number): number =>
  rows[(tick + instance * 7) % rows.length]![column]!;

/** Every (instance, column) of the load, instance by instance. */
const places = ({ series, recording: { columns } }: Load): readonly (readonly [instance: number, column: number])[] =>
  Array.from({ length: series }, (_, i) => [Math.floor(i / columns.length), i % columns.length] as const);

const instanceName = (instance: number): string =>
  `host-${String(instance).padStart(4, '0')}.rack-${instance % 40}.example`;

/** Frames of every tick, as probes send them: announcements first, then a frame an instance. */
export const frames = (load: Load) => {
  const { columns } = load.recording;
  const probes = Array.from({ length: Math.ceil(load.series / columns.length) }, (_, instance) => {
    const own = columns.slice(0, Math.min(columns.length, load.series - instance * columns.length));
    const schema = recordedSchema(instanceName(instance), own);
    return { schema, hash: hash64(schema.probe) };
  });
  return {
    schemas: probes.map(({ schema }) => schema),
    tick: (tick: number): { readonly probe: string; readonly bytes: Uint8Array }[] =>
      probes.map(({ schema, hash }, instance) => ({
        probe: schema.probe,
        bytes: encodeFrame({
          schema: schema.hash,
          probe: hash,
          incarnation: 1,
          sequence: tick,
          lost: 0,
          timeMs: load.startMs + tick * 1_000,
          values: Float64Array.from(schema.columns, (_, column) => valueAt(load, instance, column, tick)),
        }),
      })),
  };
};

type Slot = { readonly valueAt: number; readonly timeAt: number; readonly instance: number; readonly column: number };
type Template = { readonly bytes: Uint8Array; readonly slots: readonly Slot[] };

const name = (metric: string): string => metric.replace(/[^a-zA-Z0-9_]/g, '_');

/** Bodies of remote-write 1.0, inflated size some 250 bytes a series. */
export const remoteWrite = (load: Load): ((tick: number) => Uint8Array[]) => {
  const all = places(load);
  const templates: Template[] = [];
  for (let from = 0; from < all.length; from += REQUEST_SERIES) {
    const parts: Uint8Array[] = [];
    const slots: Slot[] = [];
    let at = 0;
    for (const [instance, column] of all.slice(from, from + REQUEST_SERIES)) {
      const { metric, attributes } = load.recording.columns[column]!;
      const labels = Object.entries({
        __name__: name(metric),
        instance: instanceName(instance),
        job: 'host',
        environment: 'production',
        region: 'cn-east-1',
        ...Object.fromEntries(Object.entries(attributes).map(([key, value]) => [name(key), value])),
      }).sort(([a], [b]) => (a < b ? -1 : 1));
      const one = new Writer();
      for (const [key, value] of labels) one.message(1, (label) => label.text(1, key).text(2, value));
      one.message(2, (sample) => sample.double(1, 0).int(2, load.startMs));
      const bytes = new Writer().raw(1, one.done()).done();
      parts.push(bytes);
      at += bytes.length;
      // The sample is the last that was written: a tag, eight bytes, a tag, six bytes of time.
      slots.push({ valueAt: at - 15, timeAt: at - 6, instance, column });
    }
    templates.push({ bytes: Buffer.concat(parts), slots });
  }
  return (tick) =>
    templates.map(({ bytes, slots }) => {
      const view = new DataView(bytes.buffer, bytes.byteOffset);
      const time = new Writer().varint(load.startMs + tick * 1_000).done();
      for (const slot of slots) {
        view.setFloat64(slot.valueAt, valueAt(load, slot.instance, slot.column, tick), true);
        bytes.set(time, slot.timeAt);
      }
      return compressSync(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
    });
};

/** Bodies of OTLP metrics in protobuf, some instances a request. */
export const otlp = (load: Load): ((tick: number) => Uint8Array[]) => {
  const { columns } = load.recording;
  const instances = Math.ceil(load.series / columns.length);
  const templates: Template[] = [];
  for (let from = 0; from < instances; from += OTLP_INSTANCES) {
    const marks: [instance: number, column: number][] = [];
    const request = new Writer();
    for (let instance = from; instance < Math.min(instances, from + OTLP_INSTANCES); instance++)
      request.message(1, (all) => {
        const pair = (into: Writer, field: number, key: string, value: string): Writer =>
          into.message(field, (of) => of.text(1, key).message(2, (any) => any.text(1, value)));
        all.message(1, (resource) => {
          pair(resource, 1, 'service.name', 'host');
          pair(resource, 1, 'service.instance.id', instanceName(instance));
        });
        all.message(2, (scope) => {
          const own = columns.slice(0, Math.min(columns.length, load.series - instance * columns.length));
          own.forEach(({ metric, unit, attributes }, column) => {
            marks.push([instance, column]);
            scope.message(2, (of) =>
              of
                .text(1, metric)
                .text(3, unit)
                .message(5, (gauge) =>
                  gauge.message(1, (point) => {
                    point.bits(3, TIME_MARK).bits(4, VALUE_MARK);
                    for (const [key, value] of Object.entries(attributes)) pair(point, 7, key, value);
                  }),
                ),
            );
          });
        });
      });
    const bytes = Buffer.from(request.done());
    const [time, value] = [markBytes(TIME_MARK), markBytes(VALUE_MARK)];
    let at = 0;
    const slots = marks.map(([instance, column]) => {
      const timeAt = bytes.indexOf(time, at);
      const placed = bytes.indexOf(value, timeAt);
      at = placed + 8;
      return { timeAt, valueAt: placed, instance, column };
    });
    templates.push({ bytes, slots });
  }
  return (tick) =>
    templates.map(({ bytes, slots }) => {
      const view = new DataView(bytes.buffer, bytes.byteOffset);
      const nanos = BigInt(load.startMs + tick * 1_000) * 1_000_000n;
      for (const slot of slots) {
        view.setBigUint64(slot.timeAt, nanos, true);
        view.setFloat64(slot.valueAt, valueAt(load, slot.instance, slot.column, tick), true);
      }
      return Uint8Array.from(bytes);
    });
};

const TIME_MARK = 0xfedc_ba98_7654_3210n;
const VALUE_MARK = 0xfff8_dead_beef_cafen;
const markBytes = (mark: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(mark);
  return bytes;
};
