// The frame that all signals of OTLP share: a request of resources, each of scopes, each of items; places in the bytes, no objects.
import { inside } from './otlp-values.ts';
import type { Reader } from './protobuf.ts';

/** Where the resource and the scope of what is read now stand in the request's bytes; both ends 0 where there is none. */
export type Places = {
  resourceFrom: number;
  resourceTo: number;
  scopeFrom: number;
  scopeTo: number;
};

/** Field 1 of a resource's or scope's part: what describes it. */
const OF = 0x0a;
/** Field 2: what it holds. */
const HELD = 0x12;

/** Calls `work` with the reader inside each field `tag` of the message. */
export const each = (reader: Reader, tag: number, work: () => void): void => {
  for (let at = reader.tag(); at !== 0; at = reader.tag())
    if (at === tag) inside(reader, work);
    else reader.skip(at);
};

/** Calls `work` for each scope, with the reader at the scope's part: its items are the fields that `eachItem` walks. */
export const eachScope = (reader: Reader, work: (places: Places) => void): void => {
  const places: Places = { resourceFrom: 0, resourceTo: 0, scopeFrom: 0, scopeTo: 0 };
  each(reader, OF, () => {
    [places.resourceFrom, places.resourceTo] = placeOf(reader);
    each(reader, HELD, () => {
      [places.scopeFrom, places.scopeTo] = placeOf(reader);
      work(places);
    });
  });
};

/** Calls `work` with the reader inside each item of a scope. */
export const eachItem = (reader: Reader, work: () => void): void => each(reader, HELD, work);

/** Where the last field 1 stands, wherever among the others; the reader is where it was. */
const placeOf = (reader: Reader): readonly [from: number, to: number] => {
  const start = reader.at;
  let [from, to] = [0, 0];
  each(reader, OF, () => {
    [from, to] = [reader.at, reader.end];
  });
  reader.at = start;
  return [from, to];
};
