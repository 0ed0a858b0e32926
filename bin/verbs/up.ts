// `fenghuo up`: everything on this machine, started in order of need, watched, and stopped in reverse.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { explain, OpsError, ports, realClock } from '@fenghuo/kit';
import { ensureCredentials, type Program } from '@fenghuo/kit/parts';
import { say, sayError } from '../output.ts';
import { whenStarterGone } from '../up/ancestor.ts';
import { startBackends } from '../up/backends.ts';
import { runDemo } from '../up/demo.ts';
import { takeLock } from '../up/lock.ts';
import { exampleSpec, serviceSpec, startService } from '../up/services.ts';
import { createStatus } from '../up/status.ts';
import { buildWeb } from '../up/web.ts';
import { prepareExample } from './example.ts';

/** Runs until it is told to stop; returns the exit code. */
export const up = async (args: readonly string[]): Promise<number> => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { example: { type: 'string' }, data: { type: 'string' }, demo: { type: 'boolean' } },
  });
  if (positionals.length > 0)
    throw new OpsError('usage', 'usage: fenghuo up [--example takeaway] [--data DIR] [--demo]');
  const data = resolve(values.data ?? process.env.FENGHUO_DATA ?? '.fenghuo');
  const shift = Number(process.env.FENGHUO_PORT_SHIFT ?? 0) || 0;
  const started = realClock.monotonic();
  const credentials = ensureCredentials(data);
  const unlock = takeLock(data);
  const status = createStatus(realClock);
  const running: Program[] = [];
  const keep = <P extends Program>(program: P): P => {
    running.push(program);
    return program;
  };

  let stopped = false;
  let code = 0;
  let finish: () => void = () => undefined;
  const told = new Promise<void>((done) => {
    finish = done;
  });
  const stop = (why: string): void => {
    if (!stopped) say(`\n${why}: stopping`);
    stopped = true;
    finish();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop(signal));
  whenStarterGone(realClock, () => stop('npm is gone'));

  let natsUrl = '';
  const start = async (): Promise<void> => {
    const web = buildWeb(status);
    const backends = await startBackends({ data, shift, credentials, status, keep });
    natsUrl = backends.natsUrl;
    const rulesDir =
      values.example === undefined
        ? undefined
        : await prepareExample(values.example, { ...process.env, FENGHUO_DATA: data });
    const shared = { data, shift, credentials, status, env: backends.env, rulesDir };
    const service = async (name: string): Promise<void> => {
      if (!stopped) await startService(serviceSpec(name, shared), status, keep);
    };
    // The collector brings the tables to this version, so it goes first.
    await service('collector');
    await Promise.all([service('analyzer'), web.then(() => service('console')), service('agent')]);
    if (values.example !== undefined && !stopped) await startService(exampleSpec(values.example, shared), status, keep);
    if (stopped) return;
    say(
      `\nConsole http://127.0.0.1:${ports.console + shift}   (ready in ${((realClock.monotonic() - started) / 1_000).toFixed(1)} s; Ctrl-C stops everything)`,
    );
  };
  const starting = start().catch((error: unknown) => {
    if (stopped) return;
    sayError(`fenghuo: ${explain(error)}`);
    code = 3;
    stop('it could not start');
  });
  void starting.then(async () => {
    if (!values.demo || stopped) return;
    await runDemo({ natsUrl, credentials, shift, stopped: told, isStopped: () => stopped });
  });
  await told;
  // What is half started must be known before it can be stopped.
  await Promise.race([starting, realClock.sleep(3_000)]);
  // Those that consume go before those they depend on; the services are independent of each other.
  const servers = running.filter((program) => program.name === 'NATS' || program.name === 'ClickHouse');
  await Promise.all(running.filter((program) => !servers.includes(program)).map((program) => program.stop()));
  await Promise.all(servers.map((program) => program.stop()));
  unlock();
  say('stopped');
  return code;
};
