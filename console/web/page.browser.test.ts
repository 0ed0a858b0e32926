// The pages in a real browser over a real NATS: a decision is painted in time, nothing overflows, words are readable, keys suffice.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { realClock } from '@fenghuo/kit';
import { subjects } from '@fenghuo/rules/contract';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestConsole, type TestConsole, TOKEN, until } from '../testing/console.ts';

const CHROMIUM_FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'];
const RUNS = 40;
/** Decision event → painted in the browser, p95 (the design's budget). */
const PAINT_MS_MAX = 150;
const web = new URL('.', import.meta.url).pathname;
const both = (text: string) => ({ en: text, zh: `${text}（中）` });
const long = 'a-service-with-a-rather-long-name-that-somebody-chose';
let console: TestConsole;
let browser: Browser;

beforeAll(async () => {
  execFileSync('npx', ['vite', 'build', 'web'], { cwd: join(web, '..'), stdio: 'ignore' });
  console = await startTestConsole(undefined, join(web, 'dist'));
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: CHROMIUM_FLAGS });
  await console.opens('i1');
  await incident('i1');
  console.bus.nc.publish(subjects.liveGraph, JSON.stringify(graph));
  await until(async () => (await console.ask('GET', '/api/v1/slos')).text.includes('"slo":"b"'));
}, 90_000);
afterAll(async () => {
  await browser.close();
  await console.stop();
});

const hourMs = 3_600_000;
const burn = (severity: 'page' | 'ticket', rate: number, long: number, holds: boolean) => ({
  policy: { severity, burn: rate, longMs: hourMs, shortMs: hourMs / 12, forMs: 0 },
  ...{ long, short: long, holds },
});
const slo = (name: string, left: number, holds: boolean) => ({
  slo: name,
  title: both(`${long} answers without error`),
  service: long,
  target: 0.9995,
  periodMs: 28 * 24 * hourMs,
  ...{ good: 99_000, all: 99_100, sinceMs: 0, left },
  burns: [burn('page', 14.4, holds ? 40 : 0.2, holds), burn('ticket', 1, 0.2, false)],
});
const edge = (caller: string, callee: string) => ({
  ...{ caller, callee, protocol: 'http', rate: 12.3, errorRatio: 0.04, p50: 0.8, p99: 1.2, anomaly: 1, ageMs: 0 },
  source: 'traffic',
});
const node = (entity: string) => ({ entity, kind: 'service', anomaly: 0, telemetry: 'own' });
/** What the engine shows: a long name, called and calling, with one budget burning and one spent. */
const graph = {
  v: 1,
  atMs: 0,
  nodes: [node(long), node('till'), node('store')],
  edges: [edge('till', long), edge(long, 'store')],
  kpis: [],
  slos: [slo('a', 0.62, true), slo('b', -0.4, false)],
  engine: { series: 1, samplesPerSecond: 1, lagMs: 1, shedLevel: 0, shedSamples: 0 },
};
const payment = (subject: string, charges: number) => ({
  subject,
  amount: 4_200,
  charged: 4_200 * charges,
  charges,
  evidence: ['requested', 'failed', 'charged'].map((step) => ({ step, ref: '7', atMs: 0, by: 'till', party: long })),
});

/** An incident with all that the page can show, and names that take room. */
const incident = async (id: string): Promise<void> => {
  const figure = {
    series: '00',
    entity: long,
    caller: 'till',
    metric: 'http.client.request.duration',
    unit: 's',
    class: 'latency',
    stat: 'p50',
    shape: 'shift',
    onsetMs: realClock.now(),
    detectedMs: realClock.now(),
    seen: 0.8,
    expected: 0.05,
    low: 0.03,
    high: 0.08,
    z: 40,
    probability: 1,
  };
  const suspect = { entityKind: 'service', metric: figure.metric, score: 1, why: both('it waits'), evidence: [figure] };
  await console.says(id, {
    type: 'incident.cause',
    cause: {
      entity: long,
      entityKind: 'third_party',
      metric: figure.metric,
      kind: 'latency',
      reason: both('late'),
      confidence: 1,
    },
    ranking: [
      { ...suspect, entity: long },
      { ...suspect, entity: 'till' },
    ],
    path: [{ from: long, to: 'till', onsetMs: realClock.now(), why: both('waits') }],
    affected: ['till'],
  });
  const action = {
    id: 'a1',
    incident: id,
    playbook: 'p',
    target: 'till',
    cause: long,
    flag: 'channel',
    value: 'other',
    leaseMs: 1,
  };
  await console.says(id, {
    type: 'incident.payments',
    payments: {
      unconfirmed: { count: 7, amount: 29_400, listed: [1, 2, 3, 4, 5, 6, 7].map((i) => payment(`cart-${i}`, 1)) },
      twice: { count: 1, amount: 4_200, listed: [payment(`cart-of-${long}`, 2)] },
    },
  });
  await console.says(id, {
    type: 'incident.recommended',
    recommendation: { rule: 'call', cause: long, do: both('Call them'), why: both('It is theirs.') },
  });
  await console.says(id, { type: 'action.planned', action, why: both('switch') });
  await console.says(id, {
    type: 'action.state',
    action: 'a1',
    from: 'planned',
    to: 'awaiting_approval',
    why: both('ask'),
  });
};

const open = async (
  path: string,
  width: number,
  more: { lang?: string; scheme?: 'light' | 'dark' } = {},
): Promise<Page> => {
  const context = await browser.newContext({ viewport: { width, height: 844 }, colorScheme: more.scheme ?? 'dark' });
  await context.addInitScript((lang) => localStorage.setItem('lang', lang), more.lang ?? 'en');
  const page = await context.newPage();
  await page.goto(`http://127.0.0.1:${console.running().port}${path}`);
  await page
    .getByTestId(path === '/' ? 'incident-row' : path.startsWith('/services') ? 'service-name' : 'incident-cause')
    .first()
    .waitFor();
  return page;
};

it(`paints a decision within ${PAINT_MS_MAX} ms of its event, p95 of ${RUNS}`, async () => {
  const page = await open('/incidents/i1', 1_440);
  // Date.now of browser and test are the same machine's clock.
  await page.evaluate(() => {
    const seen: Record<string, number> = {};
    Object.assign(window, { seen });
    new MutationObserver(() => {
      for (const [word] of (document.querySelector('.timeline')?.textContent ?? '').matchAll(/mark-\d+-/g))
        if (!(word in seen)) {
          seen[word] = 0;
          // After the frame that paints it has begun, a second one follows only once it is on the screen.
          requestAnimationFrame(() => requestAnimationFrame(() => (seen[word] = Date.now())));
        }
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
  });
  const took: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const word = `mark-${run}-`;
    const fromMs = realClock.now();
    await console.says('i1', { type: 'incident.note', by: 'bench', note: word });
    const paintedMs = await page.waitForFunction(
      (of) => (Reflect.get(window, 'seen') as Record<string, number>)[of] || 0,
      word,
    );
    took.push(((await paintedMs.jsonValue()) as number) - fromMs);
    await realClock.sleep(37);
  }
  took.sort((a, b) => a - b);
  const at = (share: number): number => took[Math.ceil(RUNS * share) - 1] ?? Number.NaN;
  process.stdout.write(
    `decision → painted: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, worst ${took.at(-1)} ms of ${RUNS}\n`,
  );
  expect(at(0.95)).toBeLessThanOrEqual(PAINT_MS_MAX);
  await page.context().close();
}, 90_000);

describe.each([
  ['overview', '/'],
  ['incident', '/incidents/i1'],
  ['service', `/services/${long}`],
])('the %s page', (_, path) => {
  it.each([
    [390, 'en', 'dark'],
    [390, 'zh', 'light'],
    [1_440, 'zh', 'dark'],
  ] as const)('fits %d px in %s, %s', async (width, lang, scheme) => {
    const page = await open(path, width, { lang, scheme });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    expect(await page.evaluate(() => document.documentElement.lang)).toBe(lang === 'zh' ? 'zh-CN' : 'en');
    await page.context().close();
  });

  it.each(['dark', 'light'] as const)('has text with a contrast of 4.5 and more, %s', async (scheme) => {
    const page = await open(path, 1_440, { scheme });
    const poor = await page.evaluate(() => {
      const channels = (colour: string): number[] => (colour.match(/[\d.]+/g) ?? []).map(Number);
      const light = (colour: string): number => {
        const [r = 0, g = 0, b = 0] = channels(colour).map((c) =>
          c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4,
        );
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const ground = (element: Element | null): string => {
        for (let at = element; at !== null; at = at.parentElement) {
          const colour = getComputedStyle(at).backgroundColor;
          if ((channels(colour)[3] ?? 1) > 0.99) return colour;
        }
        return 'rgb(255,255,255)';
      };
      const found: string[] = [];
      let looked = 0;
      for (const element of document.querySelectorAll('header *, main *')) {
        const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim());
        if (!own || element.getClientRects().length === 0) continue;
        looked++;
        const [a, b] = [light(getComputedStyle(element).color), light(ground(element))];
        const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        if (contrast < 4.5) found.push(`${element.textContent?.slice(0, 40)}: ${contrast.toFixed(2)}`);
      }
      return looked < 10 ? ['nothing to look at'] : found;
    });
    expect(poor).toEqual([]);
    await page.context().close();
  });
});

it('lets a person decide by keyboard alone, and hands the decision to the engine', async () => {
  const page = await open('/incidents/i1', 1_440);
  const heard: unknown[] = [];
  const listening = console.bus.nc.subscribe(subjects.command(0), {
    callback: (_, message) => void heard.push(message.json()),
  });
  await console.bus.nc.flush();
  const focused = () => page.evaluate(() => document.activeElement?.textContent ?? '');
  for (let i = 0; i < 20 && (await focused()) !== 'Approve'; i++) await page.keyboard.press('Tab');
  expect(await focused()).toBe('Approve');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.type('ann');
  await page.keyboard.press('Tab');
  await page.keyboard.type('wrong');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').waitFor();
  expect(heard).toEqual([]);
  await page.getByLabel('Admin token').fill(TOKEN);
  await page.keyboard.press('Enter');
  await until(() => heard.length === 1);
  expect(heard[0]).toMatchObject({ verb: 'approve', action: 'a1', by: 'ann' });
  listening.unsubscribe();
  await page.context().close();
}, 30_000);

it('shows what is left of a budget, and the payments that went wrong, all of them when asked for', async () => {
  const page = await open(`/services/${long}`, 1_440);
  expect(await page.getByTestId('budget').count()).toBe(2);
  expect(await page.getByTestId('budget').first().textContent()).toContain('62.0 %');
  expect(await page.getByTestId('incident-row').count()).toBe(1);
  await page.getByRole('link', { name: 'till' }).click();
  await page.getByRole('heading', { name: 'till' }).waitFor();
  await page.goto(`http://127.0.0.1:${console.running().port}/incidents/i1`);
  const payments = page.getByTestId('payments');
  await payments.waitFor();
  // Their number is among the figures at the top; the list leaves the top to what spreads and what proves it.
  await page.getByRole('link', { name: /^Paid/ }).first().click();
  expect(new URL(page.url()).hash).toBe('#payments');
  expect(await payments.getByText('cart-7').isVisible()).toBe(false);
  await payments.getByText('further ones').click();
  expect(await payments.getByText('cart-7').isVisible()).toBe(true);
  await page.context().close();
}, 30_000);

it('says so when it shows the past', async () => {
  const page = await open('/', 1_440);
  await console.restart();
  await page.locator('.stale').waitFor({ timeout: 10_000 });
  await page.context().close();
}, 30_000);
