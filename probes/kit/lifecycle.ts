// Start, run, drain, leave: the same for every service, whoever tells it to stop, and also when its parent is simply gone.
import { type Clock, realClock } from './clock.ts';
import { loadConfig, type ServiceConfig, serviceConfig } from './config.ts';
import { explain, OpsError } from './error.ts';
import { createLogger, type Logger } from './log.ts';
import { createSelfMetrics, type SelfMetrics } from './self.ts';

export type ServiceContext = {
  readonly config: ServiceConfig;
  readonly log: Logger;
  readonly clock: Clock;
  readonly self: SelfMetrics;
};
export type Running = { stop(): Promise<void> };

/** Told to the parent over IPC once `start` has returned; the supervisor waits for it. */
export const readyMessage = 'fenghuo:ready';
const drainMsMax = 5_000;
/** Nothing may be left 5 s after the parent was killed, so the drain is shorter then. */
const orphanDrainMsMax = 3_000;

/**
 * Runs a service until SIGTERM, SIGINT or the loss of its parent, then drains it and ends the process:
 * exit 0 after a stop, 1 after a crash, 3 when it could not start. Resolves once it has started.
 */
export const runService = async (name: string, start: (context: ServiceContext) => Promise<Running>): Promise<void> => {
  const log = createLogger(name);
  const clock = realClock;
  let running: Running | undefined;
  let stopping = false;
  const stop = async (why: string, code: number, drainMs: number): Promise<void> => {
    if (stopping) return;
    stopping = true;
    log.info({ why }, 'stopping');
    clock.after(drainMs, () => {
      log.warn({ drainMs }, 'drain took too long, leaving');
      process.exit(code || 1);
    });
    await running?.stop().catch((error: unknown) => log.error({ err: error }, 'stop failed'));
    process.exit(code);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(signal, 0, drainMsMax));
  if (process.channel) process.once('disconnect', () => void stop('parent is gone', 0, orphanDrainMsMax));
  for (const event of ['uncaughtException', 'unhandledRejection'] as const)
    process.on(event, (error: unknown) => {
      log.fatal({ err: error, event }, 'crashed');
      void stop(event, 1, drainMsMax);
    });
  try {
    const config = loadConfig(serviceConfig);
    running = await start({ config, log, clock, self: createSelfMetrics(name) });
    if (stopping) return await running.stop();
    log.info('ready');
    if (process.channel) process.send?.(readyMessage);
  } catch (error) {
    if (stopping) return;
    log.fatal(
      {
        code: error instanceof OpsError ? error.code : 'unexpected',
        err: error instanceof OpsError ? undefined : error,
      },
      explain(error),
    );
    process.exit(3);
  }
};
