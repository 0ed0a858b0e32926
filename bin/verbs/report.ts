// `fenghuo report ID`: asks the running console, which renders it from the decision log.
import { parseArgs } from 'node:util';
import { OpsError, ports } from '@fenghuo/kit';
import { say } from '../output.ts';

export const report = async (args: readonly string[]): Promise<number> => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { format: { type: 'string', default: 'md' }, lang: { type: 'string', default: 'en' } },
  });
  const [id] = positionals;
  if (id === undefined || !/^(md|html|json)$/.test(values.format) || !/^(en|zh)$/.test(values.lang))
    throw new OpsError('usage', 'usage: fenghuo report ID [--format md|html|json] [--lang en|zh]');
  const port = ports.console + Number(process.env.FENGHUO_PORT_SHIFT ?? 0);
  const base = process.env.FENGHUO_CONSOLE_URL ?? `http://127.0.0.1:${port}`;
  const url = `${base}/api/v1/incidents/${encodeURIComponent(id)}/report?format=${values.format}&lang=${values.lang}`;
  const response = await fetch(url).catch((cause: unknown) => {
    throw new OpsError('part_failed', `no console answers at ${base}`, {
      help: 'Start `fenghuo up`, or set FENGHUO_CONSOLE_URL.',
      cause,
    });
  });
  if (response.status === 404) throw new OpsError('not_found', `no incident ${id}`);
  if (!response.ok)
    throw new OpsError(
      'part_failed',
      `the console answered ${response.status}: ${(await response.text()).slice(0, 300)}`,
    );
  say(await response.text());
  return 0;
};
