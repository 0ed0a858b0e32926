// Open-loop load: requests leave on a constant schedule, whatever became of the earlier ones; latency counts from the intended moment.
import { Agent, get } from 'node:http';

export type LoadOrder = { readonly url: string; readonly perSecond: number } | { readonly stop: true };
/** Requests whose intended moment (epoch ms) lay in [atMs, atMs + 250): latencies in ms, NaN as null for one that failed. */
export type LoadReport = { readonly atMs: number; readonly ms: readonly (number | null)[] };

const REPORT_MS = 250;
const REQUEST_MS_MAX = 10_000;
const agent = new Agent({ keepAlive: true, maxSockets: 512 });
let running: { readonly url: string; readonly gapMs: number; readonly fromMs: number; sent: number } | undefined;
const windows = new Map<number, (number | null)[]>();

const send = (url: string, dueMs: number, n: number): void => {
  const at = Math.floor(dueMs / REPORT_MS) * REPORT_MS;
  let over = false;
  const done = (ok: boolean): void => {
    if (over) return;
    over = true;
    const took = performance.timeOrigin + performance.now() - dueMs;
    const window = windows.get(at);
    if (window === undefined) windows.set(at, [ok ? took : null]);
    else window.push(ok ? took : null);
  };
  get(`${url}/${n % 1_000}`, { agent, timeout: REQUEST_MS_MAX }, (response) => {
    response.resume();
    response.once('end', () => done(response.statusCode === 200));
    response.once('error', () => done(false));
  })
    .once('timeout', function (this: { destroy(): void }) {
      this.destroy();
    })
    .once('error', () => done(false));
};

setInterval(() => {
  if (running === undefined) return;
  const now = performance.timeOrigin + performance.now();
  for (; running.fromMs + running.sent * running.gapMs <= now; running.sent++)
    send(running.url, running.fromMs + running.sent * running.gapMs, running.sent);
}, 1);
setInterval(() => {
  for (const [atMs, ms] of windows) process.send?.({ atMs, ms } satisfies LoadReport);
  windows.clear();
}, REPORT_MS);

process.on('message', (message: LoadOrder) => {
  running =
    'stop' in message
      ? undefined
      : {
          url: message.url,
          gapMs: 1_000 / message.perSecond,
          fromMs: performance.timeOrigin + performance.now(),
          sent: 0,
        };
});
process.once('disconnect', () => process.exit(0));
process.send?.({ port: 0 });
