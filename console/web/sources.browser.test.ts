// The page of sources over a real collector: who sends, what was refused and why, by API and in Chromium, and the same page without a collector.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { subjects } from '@fenghuo/rules/contract';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestCollector, type TestCollector } from '../../collector/receive/testing/collector.ts';
import { encodeWrite1, snappied } from '../../collector/receive/testing/encode.ts';
import { startTestConsole, type TestConsole, TOKEN, until } from '../testing/console.ts';

const CHROMIUM_FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'];
const web = new URL('.', import.meta.url).pathname;
let collector: TestCollector;
let console: TestConsole;
let alone: TestConsole;
let browser: Browser;

beforeAll(async () => {
  execFileSync('npx', ['vite', 'build', 'web'], { cwd: join(web, '..'), stdio: 'ignore' });
  collector = await startTestCollector(3_440, { FENGHUO_ADMIN_TOKEN: TOKEN, FENGHUO_INGEST_SERIES_MAX: '50' });
  [console, alone] = await Promise.all([
    startTestConsole(undefined, join(web, 'dist'), collector.url),
    startTestConsole(undefined, join(web, 'dist')),
  ]);
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: CHROMIUM_FLAGS });
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await Promise.all([console?.stop(), alone?.stop(), collector?.stop()]);
});

it('says who sends and what was refused, and why', async () => {
  const timeMs = Date.now();
  const series = Array.from({ length: 80 }, (_, i) => ({
    labels: { __name__: 'orders_total', job: 'shop', customer: `c${i}` },
    samples: [{ value: i, timeMs }],
  }));
  expect((await collector.post('/api/v1/write', snappied(encodeWrite1(series)))).status).toBe(400);
  const answer = await console.ask('GET', '/api/v1/sources', { token: '' });
  expect(answer.status).toBe(200);
  expect(answer.json()).toMatchObject({
    sources: [{ name: 'default', series: 50, seriesMax: 50, samples: 50, widest: { label: 'customer' } }],
    partitions: [{ partition: 0 }],
  });
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${console.running().port}/sources`);
  await page.waitForSelector('[data-testid="sources"] tbody tr.bad');
  expect(await page.textContent('[data-testid="sources"]')).toContain('50 / 50');
  const refused = await page.textContent('[data-testid="refusals"]');
  expect(refused).toContain('series_limit × 30');
  expect(refused).toContain('customer');
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(wide).toBe(0);
  await page.close();
});

it('tells a silent probe, a slow bus and a dead service apart, by API and on the page, whether the collector answers or not', async () => {
  expect((await alone.ask('GET', '/api/v1/watermarks', { token: '' })).status).toBe(503);
  const states = ['bus_slow', 'probe_silent', 'service_dead'] as const;
  const sources = {
    flowing: 7,
    troubled: { bus_slow: 1, probe_silent: 1, service_dead: 1, unheard: 3 },
    watermarkMs: Date.now() - 1_500,
    shown: states.map((state, i) => ({
      source: `shop@${i}`,
      state,
      watermarkMs: 1_700_000_000_000,
      sinceMs: 1_700_000_000_000,
      text: { en: `story of ${state}`, zh: `关于 ${state}` },
    })),
  };
  const engine = { series: 1, samplesPerSecond: 1, lagMs: 0 };
  const graph = () => ({ v: 1, atMs: Date.now(), nodes: [], edges: [], kpis: [], sources, engine });
  const say = setInterval(() => alone.bus.nc.publish(subjects.liveGraph, JSON.stringify(graph())), 200);
  try {
    await until(async () => (await alone.ask('GET', '/api/v1/watermarks', { token: '' })).status === 200);
    const { json } = await alone.ask('GET', '/api/v1/watermarks', { token: '' });
    expect(json()).toMatchObject({ flowing: 7, shown: [{ state: 'bus_slow' }, {}, {}] });
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${alone.running().port}/sources`);
    await page.waitForSelector('[data-testid="watermarks"] li');
    const told = await page.textContent('[data-testid="watermarks"]');
    for (const word of ['slow bus', 'silent probe', 'dead service', 'story of probe_silent', '3 further', '7 sources'])
      expect(told).toContain(word);
    expect(told).not.toContain('Nothing has come');
    clearInterval(say);
    await page.getByText('Nothing has come from the analyzer').waitFor({ timeout: 10_000 });
    await page.close();
  } finally {
    clearInterval(say);
  }
});

it('says so where the collector does not answer', async () => {
  const answer = await alone.ask('GET', '/api/v1/sources');
  expect([answer.status, answer.headers.get('content-type')]).toEqual([
    502,
    expect.stringContaining('application/problem+json'),
  ]);
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${alone.running().port}/sources`);
  await page.getByText('The collector does not answer.').waitFor();
  await page.close();
});
