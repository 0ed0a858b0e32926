// The whole product under load for two minutes: how many metrics the host and the example's services really have in ClickHouse.
import { realClock } from '@fenghuo/kit';
import { expect, test } from 'vitest';
import { storedMetrics } from '../bench/lib/metrics.ts';
import { startProduct } from '../bench/lib/product.ts';

const SHIFT = 9_200;
const LOAD_MS = 120_000;

test('more than 200 metrics, at least 150 of them changing', { timeout: 400_000 }, async () => {
  // Nobody is paged: the receiver's address leads nowhere.
  const product = await startProduct(SHIFT, 'http://127.0.0.1:9', { FENGHUO_ACT: 'off' });
  try {
    const fromMs = realClock.now();
    await realClock.sleep(LOAD_MS);
    const { names, changed } = await storedMetrics(product.data, SHIFT, fromMs);
    if (process.env.FENGHUO_TEST_LIST !== undefined) {
      const { writeFileSync } = await import('node:fs');
      writeFileSync(process.env.FENGHUO_TEST_LIST, JSON.stringify({ names, changed }));
    }
    expect(names.length, 'names').toBeGreaterThan(200);
    expect(changed.length, `changed: ${changed.join(' ')}`).toBeGreaterThanOrEqual(150);
  } finally {
    await product.stop();
  }
});
