// Every verb of the command, each loaded only when it is asked for.
import { OpsError } from '@fenghuo/kit';
import { say } from '../output.ts';
import { workspace } from './workspace.ts';

export type Verb = {
  readonly usage: string;
  readonly does: string;
  readonly more?: string;
  readonly ownHelp?: boolean;
  /** The exit code, or undefined where a service now runs. */
  readonly run: (args: readonly string[]) => Promise<number | undefined>;
};
type Command = (args: readonly string[], out: (line: string) => void) => Promise<number>;

const service = (name: string, does: string, load: () => Promise<object>): Verb => ({
  usage: `fenghuo ${name}`,
  does,
  more: 'Settings by environment: FENGHUO_NATS_URL, FENGHUO_CLICKHOUSE_URL, … (docs: README, "Settings").',
  ownHelp: name === 'agent',
  run: async (args) => {
    const { useCredentials } = await import('./credentials.ts');
    useCredentials(name);
    const main = await load();
    const own = functionOf<Command>(main, `${name}Command`);
    if (args.length > 0 && own !== undefined) return await own(args, say);
    if (args.length > 0) throw new OpsError('usage', `fenghuo ${name} takes no arguments`);
    const run = functionOf<() => Promise<void>>(main, 'run');
    if (run === undefined) throw missing(name);
    await run();
    return undefined;
  },
});

const command = (name: string, usage: string, does: string, key: string, load: () => Promise<object>): Verb => ({
  usage: `fenghuo ${usage}`,
  does,
  run: async (args) => {
    // A replay reads the stream as the analyzer does.
    if (name === 'replay') (await import('./credentials.ts')).useCredentials('analyzer');
    const module = await load();
    const known = functionOf<Command>(module, key);
    if (known === undefined) throw missing(name);
    return await known(args, say);
  },
});

const missing = (name: string): OpsError => new OpsError('service_missing', `"${name}" is not part of this build yet`);

/** What a module exports under this name; the workspaces agree on its shape (interfaces.md), so it is taken on trust. */
const functionOf = <F>(module: object, key: string): F | undefined => {
  const found: unknown = Reflect.get(module, key);
  return typeof found === 'function' ? (found as F) : undefined;
};

const bench = (): Promise<object> => workspace('@fenghuo/analyzer/bench');

export const verbs: Readonly<Record<string, Verb>> = {
  up: {
    usage: 'fenghuo up [--example takeaway] [--data DIR] [--demo]',
    does: 'all services on this machine',
    more: '  --example NAME  also runs examples/NAME under load\n  --data DIR      where everything is kept (default .fenghuo)\n  --demo          with the example: makes bank-a slow after a countdown and tells what Fenghuo decides',
    run: async (args) => (await import('./up.ts')).up(args),
  },
  collector: service('collector', 'keeps telemetry: NATS → ClickHouse, OTLP receiver', () =>
    workspace('@fenghuo/collector'),
  ),
  analyzer: service('analyzer', 'detects, names the cause, acts', () => workspace('@fenghuo/analyzer')),
  console: service('console', 'web console, REST, paging, reports', () => workspace('@fenghuo/console')),
  agent: service('agent', 'the host probe; --list prints its metrics', () => workspace('@fenghuo/agent')),
  rules: {
    usage: 'fenghuo rules check [DIR…] [--json]',
    does: 'validates rules with file:line messages',
    run: async (args) => (await import('./rules.ts')).rules(args),
  },
  diagnose: command(
    'diagnose',
    'diagnose CASE… [--json]',
    'recorded cases through the detectors and the localiser',
    'diagnoseCommand',
    bench,
  ),
  eval: command('eval', 'eval DIR [--json]', 'accuracy over every case under DIR', 'evalCommand', bench),
  detect: command(
    'detect',
    'detect FILE.csv… [--out DIR]',
    'series through the streaming detectors',
    'detectCommand',
    bench,
  ),
  replay: command(
    'replay',
    'replay --from T --to T [--rules DIR]',
    'a stretch of the stream through the engine again',
    'replayCommand',
    () => workspace('@fenghuo/analyzer'),
  ),
  report: {
    usage: 'fenghuo report ID [--format md|html|json] [--lang en|zh]',
    does: 'the post-incident report, from the running console',
    run: async (args) => (await import('./report.ts')).report(args),
  },
  chaos: {
    usage: 'fenghuo chaos FAULT [--target NAME] …',
    does: 'injects a fault in the takeaway example: chaos bank-slow --target bank-a --ms 800',
    ownHelp: true,
    run: async (args) => (await import('./example.ts')).chaos(args, say),
  },
  bench: command('bench', 'bench NAME [--json]', 'the benchmarks', 'benchCommand', () => workspace('@fenghuo/bench')),
};
