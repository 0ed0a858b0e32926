// The reference incident as a person sees it: the whole product runs, a bank turns slow, and a browser watches, never reloading.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { realClock } from '@fenghuo/kit';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const SHIFT = 10_000;
const CONSOLE = `http://127.0.0.1:${1_530 + SHIFT}`;
const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const launcher = new URL('fenghuo.mjs', import.meta.url).pathname;
const env = { ...process.env, FENGHUO_PORT_SHIFT: String(SHIFT) };
const data = mkdtempSync(join(tmpdir(), 'fenghuo-browser-'));
const keepPicture = process.env.FENGHUO_SCREENSHOT;

let product: ChildProcess;
let browser: Browser;
let page: Page;
let output = '';

const until = async (what: string, ms: number, is: () => boolean | Promise<boolean>): Promise<void> => {
  const end = realClock.monotonic() + ms;
  while (!(await is())) {
    if (realClock.monotonic() > end) throw new Error(`not within ${ms / 1_000} s: ${what}\n${output.slice(-2_000)}`);
    await realClock.sleep(200);
  }
};
const chaos = (...args: readonly string[]): Promise<void> =>
  new Promise((resolve, reject) =>
    spawn(process.execPath, [launcher, 'chaos', ...args], { env, stdio: 'ignore' }).once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`chaos ends with ${code}`)),
    ),
  );

describe('the reference incident in a browser', () => {
  beforeAll(async () => {
    product = spawn(process.execPath, [launcher, 'up', '--example', 'takeaway', '--data', data], { env });
    for (const stream of [product.stdout, product.stderr])
      stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await until('the product is ready', 150_000, () => output.includes('Console http'));
    browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: CHROMIUM_FLAGS });
    page = await browser.newPage({ viewport: { width: 1_440, height: 900 } });
    await page.goto(CONSOLE);
  }, 200_000);
  afterAll(async () => {
    await browser?.close();
    product?.kill('SIGINT');
    if (product?.exitCode === null) await new Promise((resolve) => product.once('exit', resolve));
    rmSync(data, { recursive: true, force: true });
  }, 60_000);

  it('shows the incident, its cause, the switch, the recovery and the way back, live', async () => {
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    await page.getByTestId('kpi-tile').first().waitFor({ timeout: 30_000 });
    expect(await page.getByTestId('live-indicator').textContent()).toContain('live');
    await page.locator('[data-testid=graph-node][data-entity=bank-a]').waitFor({ timeout: 30_000 });
    // Half a minute of health: the detectors learn what is usual, with the browser running beside them.
    await realClock.sleep(40_000);
    await chaos('bank-slow', '--target', 'bank-a', '--ms', '800');
    const row = page.getByTestId('incident-row').filter({ hasText: 'bank-a' }).first();
    await row.waitFor({ timeout: 30_000 });
    await row.click();
    await until(
      'the page names the bank',
      20_000,
      async () => (await page.getByTestId('incident-cause').textContent()) === 'bank-a',
    );
    await until(
      'the channel is switched and payments are back',
      60_000,
      async () => (await page.getByTestId('action-state').first().textContent()) === 'verified',
    );
    await page.locator('[data-testid=graph-node][data-entity=bank-a][data-role=cause]').waitFor({ timeout: 10_000 });
    await realClock.sleep(3_000);
    expect(await page.getByTestId('action-state').first().textContent()).toBe('verified');
    if (keepPicture !== undefined) await page.screenshot({ path: keepPicture });
    await chaos('off');
    await until(
      'the channel is switched back',
      60_000,
      async () => (await page.getByTestId('action-state').first().textContent()) === 'undone',
    );
    await until('the incident ends', 90_000, async () =>
      /repaired|closed/.test((await page.getByTestId('incident-state').textContent()) ?? ''),
    );
    expect(errors).toEqual([]);
  }, 330_000);
});
