// The command line: finds the verb, runs it, and turns its outcome into an exit code (0 done, 1 no, 2 usage, 3 could not).
import { explain, OpsError } from '@fenghuo/kit';
import { say, sayError } from './output.ts';
import { verbs } from './verbs/index.ts';

const usage = (): string =>
  [
    'fenghuo <verb> [options]     fenghuo <verb> --help',
    '',
    ...Object.entries(verbs).map(([name, verb]) => `  ${name.padEnd(10)} ${verb.does}`),
    '',
    'Settings: options > environment FENGHUO_* > defaults. Exit: 0 done, 1 the answer is no, 2 wrong usage, 3 could not be done.',
  ].join('\n');

const run = async (args: readonly string[]): Promise<number | undefined> => {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    say(usage());
    return name === undefined ? 2 : 0;
  }
  if (name === '--version') {
    say('0.1.0');
    return 0;
  }
  const verb = verbs[name];
  if (verb === undefined) {
    sayError(`unknown verb "${name}"\n\n${usage()}`);
    return 2;
  }
  // Verbs that are commands of a workspace print their own help.
  if (!verb.ownHelp && rest.some((arg) => arg === '--help' || arg === '-h')) {
    say(`${verb.usage}\n\n  ${verb.does}${verb.more ? `\n\n${verb.more}` : ''}`);
    return 0;
  }
  return await verb.run(rest);
};

const exitCode = (error: unknown): number => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return code === 'usage' || code.startsWith('ERR_PARSE_ARGS') ? 2 : 3;
};

try {
  const code = await run(process.argv.slice(2));
  // A service goes on after its verb returned; it ends the process itself.
  if (code !== undefined) process.exit(code);
} catch (error) {
  sayError(`fenghuo: ${explain(error)}`);
  if (!(error instanceof OpsError) && process.env.FENGHUO_LOG === 'debug')
    sayError(error instanceof Error ? (error.stack ?? '') : '');
  process.exit(exitCode(error));
}
