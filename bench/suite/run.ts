// One case on the running product: health first, then the distractor and the fault, then patience until all is closed; then its score.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { realClock } from '@fenghuo/kit';
import { liveGraph, subjects } from '@fenghuo/rules/contract';
import { z } from 'zod';
import type { Config } from '../../examples/takeaway/config.ts';
import { rightFor, type Truth, truths } from '../../examples/takeaway/truth.ts';
import { until, type Witness } from '../incident/witness.ts';
import type { Product } from '../lib/product.ts';
import type { Receiver } from '../lib/receiver.ts';
import type { Case, Variant } from './cases.ts';
import { areWell, feltAt } from './customers.ts';
import { expectedOf, WELL_S } from './deadline.ts';
import type { Follow } from './record.ts';
import { msOrNull, type Row } from './rows.ts';
import { type Expected, score, scoreBoth } from './score.ts';

export type Stage = {
  readonly product: Product;
  readonly platform: Config;
  readonly witness: Witness;
  readonly receiver: Receiver;
  readonly random: () => number;
  readonly seed: number;
  readonly rate: number;
  /** What lay in the stream lately. */
  readonly inputs: Follow;
  /** Folder for each run's decision log. */
  readonly logs: string;
};
const WELL_MS_MAX = 60_000;
/** Trouble that nobody has noticed when the fault ends may still be noticed, and is then given the time to end. */
const LATE_MS_MAX = 8_000;
const CLOSED_MS_MAX = 60_000;
const PAGES_MS = 2_000;
const JITTER_MS = 3_000;

const openIncidents = ({ decisions }: Witness): string[] => {
  const open = new Set<string>();
  for (const { decision: d } of decisions) {
    if (d.type === 'incident.opened') open.add(d.incident);
    if (d.type === 'incident.state' && d.to === 'closed') open.delete(d.incident);
  }
  return [...open];
};

const switchLine = z.looseObject({ what: z.string(), fault: z.string().optional(), atMs: z.number() });
/** When the switch began the fault, by its own log. */
const beganAt = ({ platform }: Stage, fault: string, sinceMs: number): number | undefined => {
  const path = join(platform.data, 'chaos.ndjson');
  if (!existsSync(path)) return undefined;
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  return lines
    .map((text) => switchLine.parse(JSON.parse(text)))
    .find((l) => l.atMs >= sinceMs && l.what === 'began' && l.fault === fault)?.atMs;
};

const truthFor = (fault: string): Truth => {
  const truth = truths[fault];
  if (truth === undefined) throw new RangeError(`no truth is written for ${fault}`);
  return truth;
};

export const runCase = async (one: Case, stage: Stage): Promise<Row> => {
  const { platform, product, witness, receiver, random } = stage;
  const customers = join(platform.data, 'customers.ndjson');
  const ask = async (path: string): Promise<void> => {
    const response = await fetch(`http://127.0.0.1:${platform.controlPort('launcher')}${path}`);
    if (!response.ok) throw new Error(`chaos: ${await response.text()}`);
  };
  const begin = (fault: string, target: string, options: Readonly<Record<string, string>> = {}): Promise<void> =>
    ask(`/begin?${new URLSearchParams({ fault, target, ...options })}`);
  await until(WELL_MS_MAX, () =>
    openIncidents(witness).length === 0 && areWell(customers, WELL_S) ? true : undefined,
  );
  await realClock.sleep(random() * JITTER_MS);
  const fromMs = realClock.now();
  const seenFrom = witness.decisions.length;
  const pagesFrom = receiver.pages.length;
  let kpiMs: number | undefined;
  const kpis = product.bus.nc.subscribe(subjects.liveGraph, {
    callback: (_, message) => {
      const parsed = liveGraph.safeParse(message.json());
      if (!parsed.success || kpiMs !== undefined) return;
      if (parsed.data.kpis.some(({ value, low }) => value !== null && low !== null && value < low))
        kpiMs = realClock.now();
    },
  });
  if (one.distractor !== undefined) {
    await begin(one.distractor.fault, one.distractor.target, one.distractor.options);
    await realClock.sleep(one.distractor.afterMs);
  }
  await begin(one.fault, one.target, { ...one.options, seconds: String(one.seconds) });
  const { second } = one;
  await realClock.sleep(second?.afterMs ?? 0);
  const leftMs = one.seconds * 1_000 - (second?.afterMs ?? 0);
  if (second !== undefined)
    await begin(second.fault, second.target, { ...second.options, seconds: String(leftMs / 1_000) });
  await realClock.sleep(leftMs);
  await ask('/off');
  kpis.unsubscribe();
  const felt = feltAt(customers, fromMs);
  const growingMs = Math.min(felt ?? Number.POSITIVE_INFINITY, kpiMs ?? Number.POSITIVE_INFINITY);
  const hasOpened = (): boolean =>
    witness.decisions.slice(seenFrom).some(({ decision: { type } }) => type === 'incident.opened');
  await until(LATE_MS_MAX, () => (hasOpened() ? true : undefined));
  const closed = await until(CLOSED_MS_MAX, () => (openIncidents(witness).length === 0 ? true : undefined));
  await realClock.sleep(PAGES_MS);
  const untilMs = realClock.now();
  const seen = witness.decisions.slice(seenFrom);
  for (const incident of openIncidents(witness))
    product.bus.nc.publish(
      subjects.command(0),
      JSON.stringify({ v: 1, verb: 'resolve', incident, by: 'suite', reason: 'left open by a run' }),
    );
  const pages = receiver.pages.slice(pagesFrom).filter((page) => page.path !== '/hook' && page.action === 'trigger');
  const name = (role: string): string => (role === 'host' ? hostname() : platform.name(role));
  const inputs = await stage.inputs();
  const run = { distractor: one.distractor?.fault ?? null, feltMs: growingMs, fromMs, untilMs };
  const truthOf = (of: Variant & { readonly fault: string }): Expected & { readonly beganMs: number | undefined } => {
    const truth = truthFor(of.fault);
    const right = rightFor(truth, of.target, of.options?.to, name);
    const beganMs = beganAt(stage, of.fault, fromMs);
    return { ...expectedOf(truth, { right, beganMs }, run, inputs), beganMs };
  };
  const expected = truthOf(one);
  const also = second === undefined ? undefined : truthOf(second);
  mkdirSync(stage.logs, { recursive: true });
  writeFileSync(
    join(stage.logs, `${one.key.replaceAll('/', '-')}.ndjson`),
    `${seen.map(({ atMs, decision }) => JSON.stringify({ seenMs: atMs, sinceMs: atMs - fromMs, decision })).join('\n')}\n`,
  );
  const paged = new Set(pages.map((page) => page.key)).size;
  return {
    key: one.key,
    fault: one.fault,
    target: one.target,
    distractor: run.distractor,
    seed: stage.seed,
    rate: stage.rate,
    right: expected.right,
    nature: truthFor(one.fault).nature,
    ...(second === undefined || also === undefined
      ? {}
      : {
          second: {
            fault: second.fault,
            right: also.right,
            beganMs: also.beganMs ?? null,
            t0Ms: msOrNull(also.fromMs),
          },
        }),
    closed: closed === true,
    feltMs: msOrNull(growingMs - fromMs),
    fromMs,
    beganMs: expected.beganMs ?? null,
    t0Ms: msOrNull(expected.fromMs),
    untilMs,
    ...(also === undefined ? score(seen, expected, paged) : scoreBoth(seen, [expected, also], paged)),
  };
};
