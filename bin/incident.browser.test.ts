// The reference incident as people see it, on the whole product: a bank turns slow, a browser watches without reloading, and the analyzer
// is killed in the middle of it. One product for the whole story, since every chapter needs it warm.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { realClock } from '@fenghuo/kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Witness, watchProduct } from '../bench/incident/witness.ts';
import { storedMetrics } from '../bench/lib/metrics.ts';
import { type Product, startProduct } from '../bench/lib/product.ts';
import { type Receiver, startReceiver } from '../bench/lib/receiver.ts';
import { config } from '../examples/takeaway/config.ts';
import { serviceOf } from './testing/processes.ts';
import { eventually, openConsole, type Watcher } from './testing/watcher.ts';

const SHIFT = 10_000;
const CONSOLE = `http://127.0.0.1:${1_530 + SHIFT}`;
const keepPicture = process.env.FENGHUO_SCREENSHOT;

let receiver: Receiver;
let product: Product;
let witness: Witness;
let watcher: Watcher;
let startedMs: number;

/** What a failure is understood by: what was opened and why, the newest decisions, and what the product printed. */
const lastWords = (): string => {
  const line = ({ atMs, decision }: Witness['decisions'][number], most: number): string =>
    `${atMs - startedMs} ms ${JSON.stringify(decision).slice(0, most)}`;
  const of = (types: RegExp): Witness['decisions'] =>
    witness.decisions.filter(({ decision: { type } }) => types.test(type));
  return [
    ...of(/opened|cause/).map((one) => line(one, 4_000)),
    ...of(/anomaly/)
      .slice(-24)
      .map((one) => line(one, 600)),
    ...of(/state|planned|page|check/)
      .slice(-24)
      .map((one) => line(one, 400)),
    `flag reports: ${JSON.stringify(witness.reports.slice(-2))}`,
    readFileSync(join(product.data, 'up.log'), 'utf8').slice(-1_000),
  ].join('\n');
};
const until = (what: string, ms: number, is: () => boolean | Promise<boolean>): Promise<void> =>
  eventually(what, ms, is, lastWords);
const text = async (id: string): Promise<string> => (await watcher.page.getByTestId(id).first().textContent()) ?? '';
const bank = async (query: string): Promise<void> =>
  void (await fetch(`http://127.0.0.1:${config(product.env).controlPort('bank-a')}/${query}`));
/** The channel's flag as the service reported it last. */
const channel = () => witness.reports.findLast(({ key }) => key === 'payment.channel');
const effective = (): string | undefined => channel()?.value;
/** Titles of the incidents opened so far. */
const opened = (): string[] =>
  witness.decisions.flatMap((d) => (d.decision.type === 'incident.opened' ? [d.decision.title.en] : []));
const kinds = (): string[] =>
  witness.decisions.flatMap((d) => (d.decision.type === 'incident.cause' ? [d.decision.cause.kind] : []));
/** Alerts at the pager that had such an event; a second trigger under the same key updates the alert. */
const pages = (action: string): number =>
  new Set(receiver.pages.filter((page) => page.path !== '/hook' && page.action === action).map((page) => page.key))
    .size;

describe('the reference incident, watched in a browser', () => {
  beforeAll(async () => {
    startedMs = realClock.now();
    receiver = await startReceiver();
    product = await startProduct(SHIFT, receiver.url, {});
    witness = watchProduct(product, config(product.env));
    watcher = await openConsole(CONSOLE);
  }, 200_000);
  afterAll(async () => {
    await watcher?.close();
    await product?.stop();
    receiver?.close();
  }, 60_000);

  it('shows telemetry of a healthy platform, live', async () => {
    await watcher.page.getByTestId('kpi-tile').first().waitFor({ timeout: 30_000 });
    expect(await text('live-indicator')).toContain('live');
    await watcher.page.locator('[data-testid=graph-node][data-entity=bank-a]').waitFor({ timeout: 30_000 });
  });

  it('keeps more than 200 metrics after two minutes of load, 150 of them in motion, and has raised no alarm', async () => {
    await realClock.sleep(Math.max(0, 120_000 - (realClock.now() - startedMs)));
    const { names, changed } = await storedMetrics(product.data, SHIFT, startedMs);
    expect(names.length).toBeGreaterThan(200);
    expect(changed.length, changed.join(' ')).toBeGreaterThanOrEqual(150);
    expect(opened()).toEqual([]);
  }, 180_000);

  it('names the slow bank, switches the channel and sees payments come back', async () => {
    await bank('?ms=800');
    const row = watcher.page.getByTestId('incident-row').filter({ hasText: 'bank-a' }).first();
    await row.waitFor({ timeout: 30_000 });
    await row.click();
    await until('the page names the bank', 20_000, async () => (await text('incident-cause')) === 'bank-a');
    await until('payments are back', 60_000, async () => (await text('action-state')) === 'verified');
    await watcher.page
      .locator('[data-testid=graph-node][data-entity=bank-a][data-role=cause]')
      .waitFor({ timeout: 10_000 });
    expect(effective()).toBe('bank-b');
    expect(await text('otherwise')).toMatch(/^It would be .* were back at \d/);
    // Told at the first unanswered second it may have seemed to hang; its calls ended late.
    expect(kinds().at(-1), lastWords()).toBe('latency');
    await realClock.sleep(3_000);
    if (keepPicture !== undefined) await watcher.page.screenshot({ path: keepPicture });
  }, 150_000);

  it('goes on after a kill -9 of the analyzer: the same incident, the channel still switched, nobody paged twice', async () => {
    const before = serviceOf(product.data, 'analyzer');
    expect(before).toBeDefined();
    process.kill(before!.pid, 'SIGKILL');
    await until('another analyzer runs', 20_000, () => {
      const now = serviceOf(product.data, 'analyzer');
      return now !== undefined && now.pid !== before!.pid;
    });
    // Longer than the lease: whoever is there now renews it, or the channel would be back.
    await realClock.sleep(18_000);
    expect(effective()).toBe('bank-b');
    expect(opened(), lastWords()).toHaveLength(1);
    expect(pages('trigger')).toBe(1);
    const ids = witness.decisions.map((d) => d.decision.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(await text('action-state')).toBe('verified');
  }, 60_000);

  it('switches back when the bank has measurably recovered, and closes', async () => {
    await bank('');
    await until('the channel is switched back', 60_000, async () => (await text('action-state')) === 'undone');
    expect(effective()).toBe('bank-a');
    await until('the incident is repaired', 60_000, async () => /repaired|closed/.test(await text('incident-state')));
    await until('it closes', 60_000, async () => (await text('incident-state')).includes('closed'));
    await until('one resolve at the receiver', 10_000, () => pages('resolve') === 1);
    expect(opened()).toHaveLength(1);
    expect(watcher.errors).toEqual([]);
  }, 200_000);

  it("gives the channel back by the lease's end when the analyzer is dead for good", async () => {
    await bank('?ms=800');
    await until('the channel is switched', 30_000, () => effective() === 'bank-b');
    const killed = realClock.now();
    // Its supervisor starts it anew; each new one dies before it can say a word.
    const hunt = realClock.every(20, () => {
      const found = serviceOf(product.data, 'analyzer');
      try {
        if (found !== undefined) process.kill(found.pid, 'SIGKILL');
      } catch {
        // It ended between the look and the blow.
      }
    });
    try {
      await until('the flag is back', 20_000, () => effective() === 'bank-a');
      expect(channel()?.source).toBe('expired');
      expect(realClock.now() - killed).toBeLessThan(15_500);
    } finally {
      hunt.cancel();
    }
  }, 120_000);
});
