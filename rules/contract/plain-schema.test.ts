// The plain look never says yes where zod says no or changes anything, whatever is spoiled; and it does say yes to what probes announce.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPlainSchema, readSchema } from './plain-schema.ts';
import { edgeProtocols, frameSchema, metricClasses, stats, valueKinds } from './schema.ts';

const text = fc.oneof(fc.string({ maxLength: 12 }), fc.constantFrom('', 'x'.repeat(256), '烽火'));
// Where a key is `__proto__` zod's own answers differ from each other by their prototypes: the last test's.
const key = text.filter((name) => name !== '__proto__');
const hash = fc.stringMatching(/^[0-9a-f]{16}$/);
const optional = { requiredKeys: [] as [] };
const column = fc.record(
  {
    id: hash,
    metric: text,
    unit: text,
    kind: fc.constantFrom(...valueKinds),
    class: fc.constantFrom(...metricClasses),
    stat: fc.constantFrom(...stats),
    attributes: fc.dictionary(key, text, { maxKeys: 3 }),
    edge: fc.record(
      { callee: text, protocol: fc.constantFrom(...edgeProtocols), operation: text, role: fc.constant('consumer') },
      { requiredKeys: ['callee', 'protocol'] },
    ),
  },
  { requiredKeys: ['id', 'metric', 'unit', 'kind', 'class', 'attributes'] },
);
const schema = fc.record({
  v: fc.constant(1),
  probe: fc.string({ minLength: 1, maxLength: 20 }),
  incarnation: fc.nat(),
  hash,
  resource: fc.record(
    { service: text, instance: text, version: text, host: text, namespace: text, environment: text },
    optional,
  ),
  listens: fc.array(text, { maxLength: 3 }),
  columns: fc.array(column, { minLength: 1, maxLength: 3 }),
});

type Node = Record<string, unknown> | unknown[];
/** Every object and array of a document. */
const nodes = (value: unknown): Node[] =>
  typeof value === 'object' && value !== null ? [value as Node, ...Object.values(value).flatMap(nodes)] : [];
const junk = fc.oneof(
  fc.constantFrom<unknown>(null, true, -1, 1.5, 2 ** 60, '', 'x'.repeat(257), 'nonsense', '0123456789ABCDEF', [], {}),
  fc.constantFrom<unknown>(Array(65).fill('a:1'), Array(4_097).fill({}), { callee: 'a' }, ['a'], { a: 1 }),
);

describe('the plain look at a schema', () => {
  it('takes what probes announce, unchanged', () => {
    fc.assert(
      fc.property(schema, (made) => {
        const payload: unknown = JSON.parse(JSON.stringify(made));
        expect(isPlainSchema(payload)).toBe(true);
        expect(frameSchema.parse(payload)).toEqual(payload);
      }),
    );
  });

  it('leaves to zod what is spoiled anywhere: they never differ', () => {
    const spoil = fc.record({ at: fc.nat(), key: fc.nat(), how: fc.constantFrom('set', 'delete', 'add'), junk });
    fc.assert(
      fc.property(schema, fc.array(spoil, { minLength: 1, maxLength: 2 }), (made, spoils) => {
        const payload: unknown = JSON.parse(JSON.stringify(made));
        for (const { at, key, how, junk } of spoils) {
          const all = nodes(payload);
          const node = all[at % all.length]!;
          const keys = Object.keys(node);
          const name = how === 'add' ? 'unknown' : keys[key % Math.max(1, keys.length)];
          if (name === undefined) continue;
          if (Array.isArray(node) && how !== 'set') node.splice(key, how === 'delete' ? 1 : 0, structuredClone(junk));
          else if (how === 'delete') Reflect.deleteProperty(node, name);
          else Reflect.set(node, name, structuredClone(junk));
        }
        const judged = frameSchema.safeParse(payload);
        if (isPlainSchema(payload)) expect(judged.data).toEqual(payload);
        if (judged.success) expect(readSchema(payload)).toEqual(judged.data);
        else expect(() => readSchema(payload)).toThrow();
      }),
      { numRuns: 2_000 },
    );
  });

  it('leaves a key that JSON makes and zod leaves out to zod', () => {
    const column = `{"id":"0123456789abcdef","metric":"m","unit":"1","kind":"gauge","class":"resource","attributes":{"__proto__":"x"}}`;
    const payload: unknown = JSON.parse(
      `{"v":1,"probe":"p","incarnation":1,"hash":"0123456789abcdef","resource":{},"listens":[],"columns":[${column}]}`,
    );
    expect(isPlainSchema(payload)).toBe(false);
    expect(readSchema(payload)).toEqual(frameSchema.parse(payload));
  });
});
