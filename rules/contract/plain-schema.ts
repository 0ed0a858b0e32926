// Announcements are read often and are almost always as they should be: a plain look says so in a twentieth of the time that zod takes.
import { limits } from './limits.ts';
import { edgeProtocols, type FrameSchema, frameSchema, metricClasses, stats, valueKinds } from './schema.ts';

/** Whatever a probe announced, as a schema. Throws what zod says where it is none. The answer may be the payload itself: it is the caller's own. */
export const readSchema = (payload: unknown): FrameSchema =>
  isPlainSchema(payload) ? payload : frameSchema.parse(payload);

type Fields = Readonly<Record<string, unknown>>;
type Check = (value: unknown) => boolean;

const isObject = (value: unknown): value is Fields => {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};
const isText: Check = (value) => typeof value === 'string' && value.length <= limits.attributeCharsMax;
const isHash: Check = (value) => typeof value === 'string' && value.length === 16 && /^[0-9a-f]{16}$/.test(value);
const isOneOf = (names: readonly string[]): Check => {
  const all = new Set<unknown>(names);
  return (value) => all.has(value);
};
const [isKind, isClass, isStat, isProtocol] = [valueKinds, metricClasses, stats, edgeProtocols].map(isOneOf) as [
  Check,
  Check,
  Check,
  Check,
];

/** Text by text, as attributes are; a key that is `__proto__` is for zod, which leaves it out. */
const isTexts: Check = (value) => {
  if (!isObject(value)) return false;
  for (const key of Object.keys(value)) if (key === '__proto__' || !isText(key) || !isText(value[key])) return false;
  return true;
};

const isEdge: Check = (value) => {
  if (!isObject(value)) return false;
  for (const key of Object.keys(value))
    switch (key) {
      case 'callee':
      case 'operation':
        if (!isText(value[key])) return false;
        break;
      case 'protocol':
        if (!isProtocol(value[key])) return false;
        break;
      case 'role':
        if (value[key] !== 'consumer') return false;
        break;
      default:
        return false;
    }
  return value.callee !== undefined && value.protocol !== undefined;
};

const isColumn: Check = (value) => {
  if (!isObject(value)) return false;
  const { id, metric, unit, kind, class: of, stat, attributes, edge } = value;
  if (!isHash(id) || !isText(metric) || !isText(unit) || !isKind(kind) || !isClass(of) || !isTexts(attributes))
    return false;
  let known = 6;
  if (stat !== undefined) {
    if (!isStat(stat)) return false;
    known++;
  }
  if (edge !== undefined) {
    if (!isEdge(edge)) return false;
    known++;
  }
  return Object.keys(value).length === known;
};

/** Every item, a hole being one that is undefined. */
const isAll = (items: readonly unknown[], check: Check): boolean => {
  for (let i = 0; i < items.length; i++) if (!check(items[i])) return false;
  return true;
};

const resourceNames = isOneOf(['service', 'instance', 'version', 'host', 'namespace', 'environment']);
const isResource: Check = (value) => isTexts(value) && Object.keys(value as Fields).every(resourceNames);

/** Whether zod would take the payload as it stands, nothing left out. What is odd in any way is not plain: then zod is asked. */
export const isPlainSchema = (payload: unknown): payload is FrameSchema => {
  if (!isObject(payload)) return false;
  const { v, probe, incarnation, hash, resource, listens, columns } = payload;
  return (
    Object.keys(payload).length === 7 &&
    v === 1 &&
    isText(probe) &&
    probe !== '' &&
    Number.isSafeInteger(incarnation) &&
    (incarnation as number) >= 0 &&
    isHash(hash) &&
    isResource(resource) &&
    Array.isArray(listens) &&
    listens.length <= 64 &&
    isAll(listens, isText) &&
    Array.isArray(columns) &&
    columns.length <= limits.frameColumnsMax &&
    isAll(columns, isColumn)
  );
};
