// A bank: somebody else's system, without a probe. Its switch listens where only people and benches look.
import { appendFileSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { config, type Role, seeded } from '../config.ts';

type Trouble = { delayMs: number; errorRatio: number; hangRatio: number };
const role: Role = process.argv[2] === 'bank-b' ? 'bank-b' : 'bank-a';
const platform = config();
const random = seeded(platform.seed + (role === 'bank-a' ? 11 : 12));
const HEALTHY_MS = 50;
const HEALTHY: Trouble = { delayMs: HEALTHY_MS, errorRatio: 0, hangRatio: 0 };
let trouble = HEALTHY;
let told = true;
let healing: NodeJS.Timeout | undefined;

mkdirSync(platform.data, { recursive: true });
/** The bank's own log: when its first bad answer of each trouble began. What a bench holds the engine against. */
const log = (what: string, atMs: number): void =>
  appendFileSync(join(platform.data, `${role}.ndjson`), `${JSON.stringify({ what, atMs, ...trouble })}\n`);

createServer((request, response) => {
  const startedMs = Date.now();
  request.resume();
  const failing = random() < trouble.errorRatio;
  const hanging = trouble.hangRatio > 0 && random() < trouble.hangRatio;
  if (!told && (trouble.delayMs > HEALTHY_MS || failing || hanging)) {
    told = true;
    log('first bad request', startedMs);
  }
  // Never answered: the caller's patience ends it.
  if (hanging) return;
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

const set = (next: Trouble): void => {
  trouble = next;
  told = next.delayMs <= HEALTHY_MS && next.errorRatio === 0 && next.hangRatio === 0;
  log(told ? 'healthy again' : 'trouble switched on', Date.now());
};

createServer((request, response) => {
  const query = new URL(request.url ?? '/', 'http://bank').searchParams;
  clearTimeout(healing);
  set({
    delayMs: Number(query.get('ms') ?? HEALTHY_MS),
    errorRatio: Number(query.get('errors') ?? 0),
    hangRatio: Number(query.get('hang') ?? 0),
  });
  // The switch holds the time: whoever asked may be gone by then.
  const seconds = Number(query.get('seconds') ?? 0);
  if (seconds > 0) healing = setTimeout(() => set(HEALTHY), seconds * 1_000);
  response.end(`${JSON.stringify(trouble)}\n`);
}).listen(platform.controlPort(role), '127.0.0.1');

process.once('disconnect', () => process.exit(0));
process.once('SIGTERM', () => process.exit(0));
