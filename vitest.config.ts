// Three suites: unit (pure, parallel), parts (real NATS, ClickHouse, processes; one file at a time), browser (Chromium).
import { defineConfig } from 'vitest/config';

const source = {
  resolve: { conditions: ['@fenghuo/source'] },
  ssr: { resolve: { conditions: ['@fenghuo/source', 'node'] } },
};
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
          testTimeout: 20_000,
        },
      },
      {
        ...source,
        test: {
          name: 'parts',
          include: ['**/*.parts.test.ts'],
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
