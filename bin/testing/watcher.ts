// A person at the console: Chromium on the live page, never reloading, and how long one waits for what should be seen.
import { realClock } from '@fenghuo/kit';
import { type Browser, chromium, type Page } from 'playwright-core';

const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export type Watcher = {
  readonly page: Page;
  /** Uncaught errors of the page since it was opened. */
  readonly errors: readonly string[];
  close(): Promise<void>;
};

export const openConsole = async (url: string): Promise<Watcher> => {
  const browser: Browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: CHROMIUM_FLAGS });
  const page = await browser.newPage({ viewport: { width: 1_440, height: 900 } });
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(url);
  return { page, errors, close: () => browser.close() };
};

/** Asks every 100 ms; throws with `what` and what `more` has to say when it was not so within `ms`. */
export const eventually = async (
  what: string,
  ms: number,
  is: () => boolean | Promise<boolean>,
  more: () => string = () => '',
): Promise<void> => {
  for (const end = realClock.monotonic() + ms; !(await is()); await realClock.sleep(100))
    if (realClock.monotonic() > end) throw new Error(`not within ${ms / 1_000} s: ${what}\n${more()}`);
};
