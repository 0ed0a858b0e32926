// `fenghuo chaos`: makes something go wrong for real, out of the engine's sight. The switch in the launcher holds the time.
import { parseArgs } from 'node:util';
import { config } from './config.ts';
import { faults } from './faults/table.ts';

const USAGE = 'usage: fenghuo chaos NAME [--target NAME] [--seconds N] [its options] | off | --list';
const POLL_MS = 250;

const list = (out: (line: string) => void): void => {
  for (const kind of ['fault', 'distractor'] as const) {
    out(kind === 'fault' ? 'Faults:' : 'Distractors (nothing is broken):');
    for (const [name, fault] of Object.entries(faults).filter(([, { kind: of }]) => of === kind)) {
      const options = Object.entries(fault.options).map(([option, value]) => `--${option} ${value}`);
      out(
        `  ${name.padEnd(18)} ${fault.says}${options.length > 0 ? `: ${options.join(' ')}` : ''} [--seconds ${fault.seconds}]`,
      );
      out(`  ${' '.repeat(18)} customers notice: ${fault.customer}; targets: ${fault.targets.join(', ')}`);
    }
  }
};

const settings = Object.fromEntries(
  ['target', 'seconds', 'for', ...Object.values(faults).flatMap((fault) => Object.keys(fault.options))].map((name) => [
    name,
    { type: 'string' } as const,
  ]),
);

/** Exit 0 done, 2 wrong usage, 3 it could not be done. With `--seconds` it waits for the end, which comes without it too. */
export const chaosCommand = async (args: readonly string[], out: (line: string) => void): Promise<number> => {
  let parsed: { values: Record<string, string | boolean | undefined>; positionals: string[] };
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { ...settings, list: { type: 'boolean' }, help: { type: 'boolean' } },
    });
  } catch (error) {
    out(`${error instanceof Error ? error.message : error}\n${USAGE}`);
    return 2;
  }
  const { list: isList, help, for: lasting, ...values } = parsed.values;
  const [name] = parsed.positionals;
  if (isList === true || help === true || name === undefined) {
    list(out);
    if (isList !== true) out(USAGE);
    return isList === true || help === true ? 0 : 2;
  }
  const launcher = `http://127.0.0.1:${config().controlPort('launcher')}`;
  const ask = async (path: string): Promise<string> => {
    const response = await fetch(`${launcher}${path}`);
    const text = (await response.text()).trim();
    if (!response.ok) throw new Error(text);
    return text;
  };
  try {
    if (name === 'off') {
      await ask('/off');
      out('everything is healthy');
      return 0;
    }
    const fault = faults[name];
    const target = values.target ?? fault?.targets[0];
    if (fault === undefined || typeof target !== 'string' || !fault.targets.includes(target)) {
      out(USAGE);
      return 2;
    }
    const seconds = values.seconds ?? (typeof lasting === 'string' ? lasting.replace(/s$/, '') : undefined);
    const told = Object.entries({ ...values, seconds, fault: name, target });
    const query = new URLSearchParams(
      told.flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])),
    );
    out(await ask(`/begin?${query}`));
    if (seconds === undefined) return 0;
    while ((await ask('/')).includes(`{"fault":"${name}","target":"${target}"`))
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    out(`${target} is healthy again`);
    return 0;
  } catch (error) {
    out(
      `it could not be done: ${error instanceof Error ? error.message : error}. Is the example running (fenghuo up --example takeaway)?`,
    );
    return 3;
  }
};
