// What came anew, with every part that says the same as before replaced by the very part that is there: what did not change is not drawn anew.

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** `after`, sharing all that is equal in `before`; `before` itself where everything is. Both are plain data as JSON holds it. */
export const keepSame = <T>(before: unknown, after: T): T => {
  if (!isRecord(before) || !isRecord(after) || Array.isArray(before) !== Array.isArray(after)) return after;
  const had = (key: string): unknown => (Object.hasOwn(before, key) ? before[key] : undefined);
  const kept = Object.entries(after).map(([key, value]) => [key, keepSame(had(key), value)] as const);
  const isSame = kept.length === Object.keys(before).length && kept.every(([key, value]) => Object.is(value, had(key)));
  if (isSame) return before as T;
  return (Array.isArray(after) ? kept.map(([, value]) => value) : Object.fromEntries(kept)) as T;
};
