// Customers: they arrive as a Poisson process over a slow meal-peak wave, open loop, and retry impatiently when an order fails.
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { config, seeded } from '../config.ts';
import { underChaos, vulnerable } from '../lib/inside/vulnerable.ts';

const platform = config();
const random = seeded(platform.seed);
const PATIENCE_MS = 4_000;
/** A meal peak in small: the rate swings by a quarter over ten minutes. */
const WAVE_MS = 600_000;
const WAVE = 0.25;
const started = Date.now();
/** How customers behave: how often they try again and how long they wait before, ms; what chaos changes. */
const manner = { retriesMax: 2, pauseMs: 800, surge: 1 };
const tally = { ordered: 0, paid: 0, failed: 0, retried: 0, ms: 0 };

/** Whether it went well; who is asked to wait is told how long, ms. */
type Answer = { readonly ok: boolean; readonly afterMs: number };
const ask = async (path: string, body?: object): Promise<Answer> => {
  try {
    const response = await fetch(`${platform.url('app-gateway')}${path}`, {
      signal: AbortSignal.timeout(PATIENCE_MS),
      ...(body === undefined
        ? {}
        : { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    await response.arrayBuffer();
    const afterMs = response.status === 429 ? Number(response.headers.get('retry-after') ?? 0) * 1_000 : 0;
    return { ok: response.ok, afterMs };
  } catch {
    return { ok: false, afterMs: 0 };
  }
};

const customer = async (): Promise<void> => {
  const merchant = String(Math.floor(random() * 20));
  // What one customer wants to eat now is one cart, however often it takes to order it.
  const cart = `${platform.seed}-${Date.now().toString(36)}-${tally.ordered}`;
  const order = { cart, user: String(Math.floor(random() * 100)), merchant, amount: 20 + Math.floor(random() * 60) };
  if (random() < 0.5) await ask(`/menu/${merchant}`);
  tally.ordered++;
  for (let attempt = 0; attempt <= manner.retriesMax; attempt++) {
    const since = Date.now();
    const answer = await ask('/orders', order);
    tally.ms += Date.now() - since;
    if (answer.ok) {
      tally.paid++;
      return;
    }
    tally.failed++;
    if (attempt < manner.retriesMax) tally.retried++;
    await new Promise((resolve) => setTimeout(resolve, Math.max(answer.afterMs, manner.pauseMs * (1 + random()))));
  }
};

const next = (): void => {
  const rate = platform.rate * manner.surge * (1 + WAVE * Math.sin((2 * Math.PI * (Date.now() - started)) / WAVE_MS));
  setTimeout(
    () => {
      void customer();
      next();
    },
    (-Math.log(1 - random()) / rate) * 1_000,
  );
};
vulnerable('impatience', ({ retries = '8', pause = '50' }) => {
  Object.assign(manner, { retriesMax: Number(retries), pauseMs: Number(pause) });
  return () => Object.assign(manner, { retriesMax: 2, pauseMs: 800 });
});
/** Rises over `ramp` seconds and, where `fall` is asked for, falls again over as many before its `seconds` are over. */
vulnerable('surge', ({ factor = '2', ramp = '3', fall = '0', seconds = '20' }) => {
  const began = Date.now();
  const timer = setInterval(() => {
    const gone = (Date.now() - began) / 1_000;
    const falling = Number(fall) > 0 ? (Number(seconds) - gone) / Number(fall) : 1;
    manner.surge = 1 + (Number(factor) - 1) * Math.max(0, Math.min(1, gone / Number(ramp), falling));
  }, 200);
  return () => {
    clearInterval(timer);
    manner.surge = 1;
  };
});
underChaos();
mkdirSync(platform.data, { recursive: true });
setInterval(
  () => appendFileSync(join(platform.data, 'customers.ndjson'), `${JSON.stringify({ atMs: Date.now(), ...tally })}\n`),
  1_000,
);
next();
process.send?.('ready');
process.once('disconnect', () => process.exit(0));
process.once('SIGTERM', () => process.exit(0));
