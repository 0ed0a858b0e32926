// One decoder's run as a process of its own: so it can be ended where a payload never ends, and its memory is its own. Prints how far it is, then its row.
import { realClock } from '@fenghuo/kit';
import { realPayloads } from '../../collector/receive/testing/payloads.ts';
import { spoiledDecoders } from './decoders.ts';
import { spoil } from './spoil.ts';

const [name, count, seed] = process.argv.slice(2);
/** How often it says how far it is. */
const TELL_MS = 1_000;
// A refusal is an error, and its stack would cost more than the refusal; a crash is found again by its payload's number.
Error.stackTraceLimit = 4;
const nowMs = realClock.now();
const payloads = await realPayloads(nowMs);
const one = spoiledDecoders(payloads, nowMs).find((decoder) => decoder.name === name);
if (one === undefined) throw new Error(`no decoder "${name}"`);
let toldMs = Number.NEGATIVE_INFINITY;
const row = await spoil(one, Object.values(payloads), Number(count), Number(seed), (payload) => {
  const now = realClock.monotonic();
  if (now - toldMs < TELL_MS) return;
  toldMs = now;
  process.stdout.write(`at ${payload}\n`);
});
process.stdout.write(`${JSON.stringify(row)}\n`);
process.exit(0);
