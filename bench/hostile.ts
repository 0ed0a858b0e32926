// `npm run bench:hostile`: attacks on a real collector while another sender works: what it feels, and whether it loses anything.
import { spawn } from 'node:child_process';
import { realClock } from '@fenghuo/kit';
import { startTestCollector, type TestCollector } from '../collector/receive/testing/collector.ts';
import { encodeWrite1, snappied } from '../collector/receive/testing/encode.ts';
import { type Attack, attacks } from './hostile/attacks.ts';
import { residentMegabytes } from './ingest/processes.ts';

type Out = (line: string) => void;
type Phase = {
  readonly phase: string;
  /** The other sender's requests, and those that were not answered 2xx. */
  readonly requests: number;
  readonly failed: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly attack: Readonly<Record<string, number>>;
  readonly rssMegabytes: number;
};

/** What holds: nothing lost of the other sender, its requests in time, the collector's memory bounded. */
const bounds = { p99Ms: 1_000, rssMegabytes: 1_024 } as const;
const SERIES = 1_000;
const EVERY_MS = 100;
const PHASE_MS = 10_000;
const [GOOD, BAD] = ['good-good-good-good', 'bad-bad-bad-bad-bad'];

export const hostileCommand = async (args: readonly string[], out: Out): Promise<number> => {
  const isJson = args.includes('--json');
  const holds = await live(out, isJson);
  if (!isJson) out(holds ? 'holds' : 'does not hold');
  return holds ? 0 : 1;
};

/** The attacks, one after the other; whether the other sender kept all it was promised. */
const live = async (out: Out, isJson: boolean): Promise<boolean> => {
  const to = await startTestCollector(3_960, {
    FENGHUO_INGEST_KEYS: `good=${GOOD},bad=${BAD}`,
    FENGHUO_INGEST_SERIES_MAX: '20000',
  });
  try {
    const acknowledged = { samples: 0 };
    let holds = true;
    for (const attack of [undefined, ...attacks]) {
      const row = await phase(to, attack, acknowledged);
      holds &&= row.failed === 0 && row.p99Ms <= bounds.p99Ms && row.rssMegabytes <= bounds.rssMegabytes;
      out(isJson ? JSON.stringify(row) : phaseLine(row));
    }
    const stored = async (): Promise<number> =>
      Number(
        (
          await to.store.rows<{ n: string }>(
            "SELECT count() AS n FROM samples AS s INNER JOIN series AS d FINAL ON d.series = s.series WHERE d.service = 'good'",
          )
        )[0]?.n,
      );
    let kept = await stored();
    for (let i = 0; i < 60 && kept < acknowledged.samples; i++, kept = await stored()) await realClock.sleep(500);
    const row = { acknowledged: acknowledged.samples, stored: kept };
    out(
      isJson ? JSON.stringify(row) : `the other sender: ${row.acknowledged} samples acknowledged, ${row.stored} stored`,
    );
    return holds && kept === acknowledged.samples;
  } finally {
    await to.stop();
  }
};

const phaseLine = (row: Phase): string =>
  `${row.phase.padEnd(66)} other sender: ${row.requests} requests, ${row.failed} failed, p50 ${row.p50Ms.toFixed(0)} p99 ${row.p99Ms.toFixed(0)} max ${row.maxMs.toFixed(0)} ms; collector ${row.rssMegabytes.toFixed(0)} MB; answers: ${
    Object.entries(row.attack)
      .map(([answer, n]) => `${answer} ×${n}`)
      .join(', ') || 'none'
  }`;

const phase = async (
  to: TestCollector,
  attack: Attack | undefined,
  acknowledged: { samples: number },
): Promise<Phase> => {
  const attacking = attack === undefined ? undefined : await startAttack(to, attack.name);
  const until = realClock.monotonic() + PHASE_MS;
  const on = (): boolean => realClock.monotonic() < until;
  const took: number[] = [];
  let failed = 0;
  let rss = 0;
  while (on()) {
    const from = realClock.monotonic();
    const timeMs = Math.floor(realClock.now());
    const body = snappied(
      encodeWrite1(
        Array.from({ length: SERIES }, (_, i) => ({
          labels: { __name__: 'good_total', job: 'good', id: String(i) },
          samples: [{ value: timeMs + i, timeMs }],
        })),
      ),
    );
    const sent = realClock.monotonic();
    const status = await fetch(`${to.url}/api/v1/write`, {
      method: 'POST',
      body: Buffer.from(body),
      headers: {
        authorization: `Bearer ${GOOD}`,
        'content-type': 'application/x-protobuf',
        'content-encoding': 'snappy',
      },
    }).then(
      (response) => response.status,
      () => 0,
    );
    took.push(realClock.monotonic() - sent);
    if (status === 204) acknowledged.samples += SERIES;
    else failed++;
    rss = Math.max(rss, residentMegabytes([to.pid()!]));
    await realClock.sleep(Math.max(0, EVERY_MS - (realClock.monotonic() - from)));
  }
  const answers = (await attacking?.answers) ?? {};
  took.sort((a, b) => a - b);
  const at = (q: number): number => took[Math.min(took.length - 1, Math.floor(q * took.length))] ?? Number.NaN;
  return {
    phase: attack?.name ?? 'nobody attacks',
    requests: took.length,
    failed,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    maxMs: at(1),
    attack: answers,
    rssMegabytes: rss,
  };
};

/** Begins an attack in a process of its own; resolves when that is about to begin. */
const startAttack = async (
  to: TestCollector,
  name: string,
): Promise<{ readonly answers: Promise<Record<string, number>> }> => {
  const child = spawn(
    process.execPath,
    [
      '--import',
      'tsx',
      '--conditions=@fenghuo/source',
      new URL('./hostile/attacker.entry.ts', import.meta.url).pathname,
      to.url,
      BAD,
      name,
      String(PHASE_MS),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let said = '';
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => resolve());
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('ready')) resolve();
    });
  });
  const answers = ended.then(
    () => JSON.parse(said.split('\n')[1] || '{"the attack ended by itself":1}') as Record<string, number>,
  );
  return { answers };
};
