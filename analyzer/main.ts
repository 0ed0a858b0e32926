// The analyzer as a service: rules from the folders, one engine a partition, health on its port. Wire-up only.
import { connectBus, ensureStreams, getAhead, ports, runService, serveHealth } from '@fenghuo/kit';
import { loadRules } from '@fenghuo/rules/load';
import { loadAnalyzerConfig } from './config.ts';
import { startShell } from './shell.ts';

export { replayCommand } from './replay-command.ts';

/** Runs until told to stop. A stream that fails ends the process; the supervisor starts it anew, and it recovers. */
export const run = (): Promise<void> =>
  runService('analyzer', async ({ log, clock, self }) => {
    const why = getAhead();
    if (why !== undefined) log.info({ why: why.message }, 'runs at ordinary priority: a busy machine delays it');
    const config = loadAnalyzerConfig();
    const rules = loadRules(config.rules);
    const bus = await connectBus(config, 'analyzer');
    await ensureStreams(bus, { partitions: config.partitions });
    let isReady = false;
    const health = await serveHealth({
      host: config.host,
      port: ports.analyzer + config.portShift,
      self,
      ready: () => isReady,
    });
    const shells = await Promise.all(
      Array.from({ length: config.partitions }, (_, partition) =>
        startShell({ partition, act: config.act, bus, rules, clock, log, self }),
      ),
    );
    // An unhandled rejection is how a service of ours ends itself: crash, restart, recover.
    for (const shell of shells) void shell.done;
    isReady = true;
    return {
      stop: async () => {
        isReady = false;
        await Promise.all(shells.map((shell) => shell.stop()));
        await health.close();
        await bus.close();
      },
    };
  });
