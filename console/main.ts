// The console as a service: settings, rules and secrets in, one console running. Wire-up only.
import { join, resolve } from 'node:path';
import { ports, runService } from '@fenghuo/kit';
import { loadRules } from '@fenghuo/rules/load';
import { loadConsoleConfig, secretOf } from './config.ts';
import { startConsole } from './start.ts';

/** Runs the console until it is told to stop. */
export const run = (): Promise<void> =>
  runService('console', async (context) => {
    const config = loadConsoleConfig();
    return await startConsole(
      {
        ...config,
        collectorUrl: config.collectorUrl ?? `http://127.0.0.1:${ports.collector + config.portShift}`,
        port: ports.console + config.portShift,
        rules: loadRules(config.rules),
        secret: secretOf,
        web: resolve(join(config.root, 'console', 'web', 'dist')),
      },
      context,
    );
  });
