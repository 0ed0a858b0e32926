// `fenghuo bench NAME`: every benchmark by its name, each loaded only when it is asked for.
import { OpsError } from '@fenghuo/kit';

type Out = (line: string) => void;
type Command = (args: readonly string[], out: Out) => Promise<number>;

/** Files that measure and print when they are loaded; they read what follows the script's name in `process.argv`. */
const script =
  (load: () => Promise<object>): Command =>
  async (args) => {
    process.argv = [process.argv[0] ?? 'node', process.argv[1] ?? 'bench', ...args];
    await load();
    return Number(process.exitCode ?? 0);
  };

const benches: Readonly<Record<string, Command>> = {
  incident: async (args, out) => (await import('./incident.ts')).incidentCommand(args, out),
  'suite-live': async (args, out) => (await import('./suite-live.ts')).suiteCommand(args, out),
  'suite-replay': async (args, out) => (await import('./suite-replay.ts')).suiteReplayCommand(args, out),
  'healthy-hour': async (args, out) => (await import('./healthy-hour.ts')).healthyHourCommand(args, out),
  probe: async (args, out) => (await import('./probe.ts')).probeCommand(args, out),
  accuracy: async (args, out) => (await import('@fenghuo/analyzer/bench')).accuracyCommand(args, out),
  engine: async (args, out) => (await import('./engine.ts')).engineCommand(args, out),
  confidence: async (args, out) => (await import('@fenghuo/analyzer/bench')).confidenceCommand(args, out),
  generated: async (args, out) => (await import('@fenghuo/analyzer/bench')).generatedCommand(args, out),
  detect: script(() => import('./detect.ts')),
  rank: script(() => import('./rank.ts')),
  heldout: script(() => import('./heldout.ts')),
  series: script(() => import('./series.ts')),
  healthy: script(() => import('./healthy.ts')),
  prometheus: async (args, out) => (await import('./prometheus.ts')).prometheusCommand(args, out),
  fleet: async (args, out) => (await import('./fleet.ts')).fleetCommand(args, out),
  hostile: async (args, out) => (await import('./hostile.ts')).hostileCommand(args, out),
  mutate: async (args, out) => (await import('./mutate.ts')).mutateCommand(args, out),
  kills: async (args, out) => (await import('./kills.ts')).killsCommand(args, out),
  layouts: async (args, out) => (await import('./layouts.ts')).layoutsCommand(args, out),
  ingest: async (args, out) => (await import('./ingest.ts')).ingestCommand(args, out),
};

/** Runs one bench; the exit code is 0 when what it measures holds, 1 when it does not, 2 for an unknown name. */
export const benchCommand = async (args: readonly string[], out: Out): Promise<number> => {
  const [name, ...rest] = args;
  const known = name === undefined ? undefined : benches[name];
  if (known === undefined)
    throw new OpsError('usage', `usage: fenghuo bench NAME; names: ${Object.keys(benches).join(', ')}`);
  return await known(rest, out);
};
