// `fenghuo eval DIR [--json]`: how often the right service stands among the first, by data set and fault.
import { median } from 'simple-statistics';
import { accuracyOf, placeOf } from './accuracy.ts';
import { diagnoseCase } from './diagnose-command.ts';
import { readCase, readTruth, scoredCases } from './read-case.ts';

type Scored = { readonly dataset: string; readonly fault: string; readonly place: number; readonly elapsedMs: number };
const figure = (value: number): string => value.toFixed(3).padStart(7);

/** Prints a row a data set (`fault: null`) and fault; 1 where there are no cases, 2 for wrong usage. */
export const evalCommand = async (args: readonly string[], out: (line: string) => void): Promise<number> => {
  const isJson = args.includes('--json');
  const [dir, ...more] = args.filter((arg) => arg !== '--json');
  if (dir === undefined || more.length > 0 || dir.startsWith('--')) {
    out('usage: fenghuo eval DIR [--json]');
    return 2;
  }
  const scored: Scored[] = scoredCases(dir).map((folder) => {
    const recorded = readCase(folder);
    const { ranking, elapsedMs } = diagnoseCase(recorded);
    const truth = readTruth(folder);
    const place = placeOf(
      ranking.map((r) => r.service),
      truth.services,
    );
    return { dataset: recorded.dataset, fault: truth.fault ?? 'unknown', place, elapsedMs };
  });
  if (scored.length === 0) {
    out(`no cases with a truth.json under ${dir}`);
    return 1;
  }
  if (!isJson) out(`${'data set / fault'.padEnd(34)}${'cases'.padStart(6)}   AC@1   AC@3   AC@5  Avg@5  ms (p50)`);
  for (const dataset of new Set(scored.map((s) => s.dataset))) {
    const of = scored.filter((s) => s.dataset === dataset);
    for (const fault of [null, ...[...new Set(of.map((s) => s.fault))].sort()]) {
      const group = of.filter((s) => fault === null || s.fault === fault);
      const accuracy = accuracyOf(group.map((s) => s.place));
      const elapsedMsP50 = median(group.map((s) => s.elapsedMs));
      const { cases, ac1, ac3, ac5, avg5 } = accuracy;
      if (isJson) out(JSON.stringify({ dataset, fault, ...accuracy, elapsedMsP50 }));
      else
        out(
          `${(fault === null ? dataset : `  ${fault}`).padEnd(34)}${String(cases).padStart(6)}${[ac1, ac3, ac5, avg5].map(figure).join('')}${elapsedMsP50.toFixed(1).padStart(10)}`,
        );
    }
  }
  return 0;
};
