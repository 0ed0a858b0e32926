// Four suites: unit (pure, parallel), parts (real NATS, ClickHouse, processes; three files at a time, for they mostly wait), product (the
// whole product: one file at a time), browser (Chromium).
import { defineConfig } from 'vitest/config';

const source = {
  resolve: { conditions: ['@fenghuo/source'] },
  ssr: { resolve: { conditions: ['@fenghuo/source', 'node'] } },
};
/** Parts tests that need the machine for themselves: each has the whole product under load. */
const alone = ['bin/**/*.parts.test.ts'];
const nowhere = ['**/node_modules/**', '**/dist/**', '**/.fenghuo/**'];

export default defineConfig({
  test: {
    projects: [
      {
        ...source,
        test: {
          name: 'unit',
          include: ['**/*.test.ts', '**/*.test.tsx'],
          exclude: [...nowhere, '**/*.parts.test.ts', '**/*.browser.test.ts'],
          // Pure, so that files may share a worker: loading everything anew for each took two thirds of the time.
          isolate: false,
          testTimeout: 20_000,
        },
      },
      {
        ...source,
        test: {
          name: 'parts',
          include: ['**/*.parts.test.ts'],
          exclude: [...nowhere, ...alone],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          maxWorkers: 3,
        },
      },
      {
        ...source,
        test: {
          name: 'product',
          include: alone,
          exclude: nowhere,
          testTimeout: 120_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
      {
        ...source,
        test: {
          name: 'browser',
          include: ['**/*.browser.test.ts'],
          exclude: nowhere,
          testTimeout: 120_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
