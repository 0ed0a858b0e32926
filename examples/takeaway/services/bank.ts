// A bank: somebody else's system, without a probe. Its switch listens where only people and benches look.
import { appendFileSync, mkdirSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
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

/** Orders that were charged, the last of them. */
const charges = new Set<string>();
const CHARGES_MAX = 100_000;
const remember = (order: string | undefined): void => {
  if (order === undefined) return;
  charges.add(order);
  if (charges.size > CHARGES_MAX) charges.delete(charges.values().next().value ?? '');
};
const orderOf = async (request: IncomingMessage): Promise<string | undefined> => {
  if (request.method !== 'POST') {
    request.resume();
    return undefined;
  }
  try {
    const { order } = (await json(request)) as { order?: string };
    return order;
  } catch {
    // Whoever hung up before the whole order was there ordered nothing.
    return undefined;
  }
};

createServer((request, response) => {
  const startedMs = Date.now();
  const path = request.url ?? '/';
  const order = orderOf(request);
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
  setTimeout(async () => {
    const answer = response.writeHead(failing ? 500 : 200, { 'content-type': 'application/json' });
    if (failing) return void answer.end('{"error":"bank"}');
    const asked = /^\/charges\/(.+)$/.exec(path)?.[1];
    if (asked !== undefined)
      return void answer.end(JSON.stringify({ charged: charges.has(decodeURIComponent(asked)) }));
    // Whether anybody still waits is not the bank's business: the money moves.
    remember(await order);
    answer.end('{"receipt":1}');
  }, delay);
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
