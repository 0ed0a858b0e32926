// What this host's agent reports: names with unit, kind, class and meaning, read once.
import type { MetricClass, ValueKind } from '@fenghuo/rules/contract';
import { readCatalog } from '@fenghuo/rules/metrics';
import { meaningOf } from './meaning.ts';
import { kernelText, Sampler } from './sample.ts';

export type Listed = {
  readonly metric: string;
  readonly unit: string;
  readonly kind: ValueKind;
  readonly class: MetricClass;
  readonly meaning: string;
};

/** Distinct metric names of this host, sorted; what the catalogue does not know, for kernels differ, is told by its family. */
export const listMetrics = (): Listed[] => {
  const meanings = new Map(readCatalog().map(({ name, en }) => [name, en]));
  const found = new Map<string, Listed>();
  for (const { metric, unit, kind, class: of } of new Sampler().sample(kernelText))
    found.set(metric, { metric, unit, kind, class: of, meaning: meanings.get(metric) ?? meaningOf(metric) });
  return [...found.values()].sort((a, b) => (a.metric < b.metric ? -1 : 1));
};

const usage = 'fenghuo agent [--list]   reports this host once a second; --list prints what it reports';

/** `fenghuo agent --list` and `--help`: tab-separated name, unit, kind, class, meaning. Exit code 2 for anything else. */
export const agentCommand = async (args: readonly string[], out: (line: string) => void): Promise<number> => {
  if (args.length !== 1 || args[0] !== '--list') {
    out(usage);
    return args.includes('--help') || args.includes('-h') ? 0 : 2;
  }
  for (const { metric, unit, kind, class: of, meaning } of listMetrics())
    out([metric, unit, kind, of, meaning].join('\t'));
  return 0;
};
