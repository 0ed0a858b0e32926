// A life of the product as it lay in the stream: rules first, then every message with its time, packed. What a change of the engine is
// tried on before it is tried live; kept outside the repository.
import { createReadStream, createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createGunzip, createGzip } from 'node:zlib';
import { createEngine, createResolver, type Input, parseInput, readStream } from '@fenghuo/analyzer/engine';
import { type RuleBook, telemetryStream } from '@fenghuo/rules/contract';
import { loadRules } from '@fenghuo/rules/load';
import type { Product } from '../lib/product.ts';

const rulesDir = fileURLToPath(new URL('../../rules', import.meta.url));

/** Our own lines, written by `record`: trusted as they are. */
type Line = { readonly seq: number; readonly atMs: number; readonly subject: string; readonly data: string };

/** Writes the first partition's stream to `path` (gzip, a JSON line a message; schemas that a frame needs come before it). */
export const record = async ({ bus, env }: Product, path: string): Promise<void> => {
  const rules = loadRules((env.FENGHUO_RULES ?? '').split(':'));
  const reader = createEngine(rules, { partition: 0, act: 'off' });
  const resolve = await createResolver(bus);
  const lines = async function* (): AsyncGenerator<string> {
    yield `${JSON.stringify(rules)}\n`;
    for await (const message of readStream(bus, telemetryStream(0), { seq: 1 }, Number.MAX_SAFE_INTEGER)) {
      const inputs = await resolve(reader, message);
      if ('fault' in inputs) continue;
      const { seq, atMs, subject, data } = message;
      for (const input of inputs) {
        if (input.kind !== 'schema') continue;
        reader.watch.learn(input.schema, atMs);
        if (inputs.length > 1) yield `${JSON.stringify({ seq, atMs, schema: input.schema })}\n`;
      }
      yield `${JSON.stringify({ seq, atMs, subject, data: Buffer.from(data).toString('base64') })}\n`;
    }
  };
  await pipeline(Readable.from(lines()), createGzip(), createWriteStream(path));
};

export type Recording = { readonly rules: RuleBook; readonly inputs: AsyncIterable<Input> };

/** A recording's rules and its inputs in order. */
export const recorded = async (path: string): Promise<Recording> => {
  const lines = createInterface({ input: createReadStream(path).pipe(createGunzip()) })[Symbol.asyncIterator]();
  const first = await lines.next();
  const inputs = async function* (): AsyncGenerator<Input> {
    for (let line = await lines.next(); line.done !== true; line = await lines.next()) {
      const said = JSON.parse(line.value) as Line & { readonly schema?: Extract<Input, { kind: 'schema' }>['schema'] };
      const { seq, atMs, subject, data, schema } = said;
      if (schema !== undefined) yield { seq, atMs, kind: 'schema', schema };
      else {
        const input = parseInput({ seq, atMs, subject, data: Buffer.from(data, 'base64') });
        if (!('fault' in input)) yield input;
      }
    }
  };
  // A recording of an older version lacks the kinds of rules that have come since: of those the product's own hold.
  const rules: RuleBook = { ...loadRules([rulesDir]), ...(JSON.parse(String(first.value)) as Partial<RuleBook>) };
  return { rules, inputs: inputs() };
};

export type Follow = () => Promise<{ readonly rules: RuleBook; readonly inputs: readonly Input[] }>;

/** Reads on where it stopped: all inputs of a running product's first partition since the last time, schemas before the frames that need them. */
export const follower = async ({ bus, env }: Product, keepMs: number): Promise<Follow> => {
  const rules = loadRules((env.FENGHUO_RULES ?? '').split(':'));
  const reader = createEngine(rules, { partition: 0, act: 'off' });
  const resolve = await createResolver(bus);
  let next = 1;
  let kept: Input[] = [];
  return async () => {
    for await (const message of readStream(bus, telemetryStream(0), { seq: next }, Number.MAX_SAFE_INTEGER)) {
      next = message.seq + 1;
      const inputs = await resolve(reader, message);
      if ('fault' in inputs) continue;
      for (const input of inputs) if (input.kind === 'schema') reader.watch.learn(input.schema, input.atMs);
      kept.push(...inputs);
    }
    const fromMs = (kept.at(-1)?.atMs ?? 0) - keepMs;
    kept = kept.filter(({ kind, atMs }) => kind === 'schema' || atMs >= fromMs);
    return { rules, inputs: kept };
  };
};
