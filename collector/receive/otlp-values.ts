// OTLP's attributes: raw bytes while a series is known, texts when it is met. Resources become the contract's resource.
import { hash64, type Resource } from '@fenghuo/rules/contract';
import { within } from './describe.ts';
import { receiveLimits } from './limits.ts';
import type { Reader } from './protobuf.ts';
import { Refusal } from './refusal.ts';

export const KEY_VALUE_KEY = 0x0a;
export const KEY_VALUE_VALUE = 0x12;

/** An AnyValue (its message being the reader's) as text; arrays and maps as JSON. */
export const anyValue = (reader: Reader, depth = 0): string | number | boolean | readonly unknown[] | object => {
  if (depth > receiveLimits.protobufDepthMax)
    throw new Refusal('protobuf_corrupt', `values nest deeper than ${receiveLimits.protobufDepthMax}`);
  let value: string | number | boolean | readonly unknown[] | object = '';
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a) value = reader.text(reader.length());
    else if (tag === 0x10) value = reader.varint() !== 0;
    else if (tag === 0x18) value = reader.varint();
    else if (tag === 0x21) value = reader.double();
    else if (tag === 0x2a) {
      const items: unknown[] = [];
      inside(reader, () => {
        for (let item = reader.tag(); item !== 0; item = reader.tag())
          if (item === 0x0a) inside(reader, () => items.push(anyValue(reader, depth + 1)));
          else reader.skip(item);
      });
      value = items;
    } else if (tag === 0x32) {
      const pairs: Record<string, unknown> = Object.create(null);
      inside(reader, () => {
        for (let item = reader.tag(); item !== 0; item = reader.tag())
          if (item === 0x0a)
            inside(reader, () => {
              const [key, inner] = keyValue(reader, depth + 1);
              pairs[key] = inner;
            });
          else reader.skip(item);
      });
      value = pairs;
    } else if (tag === 0x3a) {
      const length = reader.length();
      value = Buffer.from(reader.bytes.subarray(reader.at, reader.at + length)).toString('base64');
      reader.at += length;
    } else reader.skip(tag);
  }
  return value;
};

/** Runs `work` with the reader inside the length-delimited field that follows, then puts it behind that field. */
export const inside = (reader: Reader, work: () => unknown): void => {
  const { end } = reader;
  const length = reader.length();
  reader.end = reader.at + length;
  const next = reader.end;
  work();
  reader.at = next;
  reader.end = end;
};

/** A KeyValue message, whole. */
export const keyValue = (reader: Reader, depth = 0): readonly [key: string, value: unknown] => {
  let key = '';
  let value: unknown = '';
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === KEY_VALUE_KEY) key = reader.text(reader.length());
    else if (tag === KEY_VALUE_VALUE)
      inside(reader, () => {
        value = anyValue(reader, depth);
      });
    else reader.skip(tag);
  }
  return [key, value];
};

export const asText = (value: unknown): string => (typeof value === 'object' ? JSON.stringify(value) : String(value));

/** A Resource message as the contract's resource; other attributes of it are not kept. */
export const readResource = (reader: Reader): Resource => {
  const found = new Map<string, string>();
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag())
    if (tag === 0x0a)
      inside(reader, () => {
        const [key, value] = keyValue(reader);
        found.set(key, within(asText(value), hash64));
      });
    else reader.skip(tag);
  const resource: Record<string, string> = {};
  for (const [name, ...keys] of resourceKeys)
    for (const key of keys) {
      const value = found.get(key);
      if (value !== undefined && value !== '' && resource[name] === undefined) resource[name] = value;
    }
  return resource;
};

const resourceKeys = [
  ['service', 'service.name'],
  ['instance', 'service.instance.id'],
  ['version', 'service.version'],
  ['host', 'host.name'],
  ['namespace', 'service.namespace'],
  ['environment', 'deployment.environment.name', 'deployment.environment'],
] as const;
