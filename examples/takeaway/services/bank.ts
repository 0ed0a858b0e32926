// A bank: somebody else's system, without a probe. Its switch listens where only people and benches look.
import { appendFileSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { config, type Role, seeded } from '../config.ts';

type Trouble = { delayMs: number; errorRatio: number };
const role: Role = process.argv[2] === 'bank-b' ? 'bank-b' : 'bank-a';
const platform = config();
const random = seeded(platform.seed + (role === 'bank-a' ? 11 : 12));
const HEALTHY_MS = 50;
let trouble: Trouble = { delayMs: HEALTHY_MS, errorRatio: 0 };
let told = true;

mkdirSync(platform.data, { recursive: true });
/** The bank's own log: when its first bad answer of each trouble began. What a bench holds the engine against. */
const log = (what: string, atMs: number): void =>
  appendFileSync(join(platform.data, `${role}.ndjson`), `${JSON.stringify({ what, atMs, ...trouble })}\n`);

createServer((request, response) => {
  const startedMs = Date.now();
  request.resume();
  if (!told && (trouble.delayMs > HEALTHY_MS || trouble.errorRatio > 0)) {
    told = true;
    log('first bad request', startedMs);
  }
  const failing = random() < trouble.errorRatio;
  // Service times have a tail, as a bank's do: within 10 % as a rule, twice as long now and then.
  const delay = trouble.delayMs * (0.9 + 0.2 * random()) + (random() < 0.01 ? trouble.delayMs : 0);
  setTimeout(
    () =>
      response
        .writeHead(failing ? 500 : 200, { 'content-type': 'application/json' })
        .end(failing ? '{"error":"bank"}' : '{"receipt":1}'),
    delay,
  );
}).listen(platform.port(role), '127.0.0.1', () => process.send?.('ready'));

createServer((request, response) => {
  const query = new URL(request.url ?? '/', 'http://bank').searchParams;
  trouble = { delayMs: Number(query.get('ms') ?? HEALTHY_MS), errorRatio: Number(query.get('errors') ?? 0) };
  told = trouble.delayMs <= HEALTHY_MS && trouble.errorRatio === 0;
  log(told ? 'healthy again' : 'trouble switched on', Date.now());
  response.end(`${JSON.stringify(trouble)}\n`);
}).listen(platform.controlPort(role), '127.0.0.1');

process.once('disconnect', () => process.exit(0));
process.once('SIGTERM', () => process.exit(0));
