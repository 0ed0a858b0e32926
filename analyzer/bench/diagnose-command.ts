// `fenghuo diagnose CASE… [--json]`: recorded cases through the localiser that runs live.
import { realClock } from '@fenghuo/kit';
import { explain } from '../localise/explain.ts';
import { endsOf } from '../localise/link.ts';
import { ranked } from '../localise/ranked.ts';
import type { RecordedCase } from './case.ts';
import { evidenceOf } from './evidence.ts';
import { readCase } from './read-case.ts';

export type Diagnosis = {
  readonly case: string;
  readonly onset: number | null;
  readonly ranking: readonly {
    readonly service: string;
    readonly metric: string;
    readonly score: number;
    readonly why: string;
  }[];
  /** What would have to be seen for another cause to be first. */
  readonly otherwise?: string;
  readonly elapsedMs: number;
};

/** Each (service, metric) once: a link, told as the service that is reached over it, may come before that service's own figure. */
const once = (ranking: Diagnosis['ranking']): Diagnosis['ranking'] => {
  const seen = new Set<string>();
  return ranking.filter(({ service, metric }) => {
    const pair = `${service}\u0000${metric}`;
    return !seen.has(pair) && seen.add(pair);
  });
};

export const diagnoseCase = (recorded: RecordedCase): Diagnosis => {
  const start = realClock.monotonic();
  const evidence = evidenceOf(recorded);
  const ranking = ranked(evidence);
  const elapsedMs = realClock.monotonic() - start;
  const told = ranking.suspects.length === 0 ? undefined : explain(ranking, evidence);
  return {
    case: recorded.id,
    onset: evidence.series.length === 0 ? null : evidence.onsetMs / 1_000,
    ranking: once(
      ranking.suspects.map(({ entity, metric, score, because }, place) => ({
        service: endsOf(entity).at(-1)!,
        metric,
        score,
        why: told?.ranking[place]?.why.en ?? because.map((b) => b.code).join(', '),
      })),
    ),
    ...(told?.cause.otherwise === undefined ? {} : { otherwise: told.cause.otherwise.en }),
    elapsedMs,
  };
};

/** Prints one answer a case, in the order given; 3 where a case could not be read, 2 for wrong usage. */
export const diagnoseCommand = async (args: readonly string[], out: (line: string) => void): Promise<number> => {
  const isJson = args.includes('--json');
  const folders = args.filter((arg) => !arg.startsWith('--'));
  if (folders.length === 0 || args.some((arg) => arg.startsWith('--') && arg !== '--json')) {
    out('usage: fenghuo diagnose CASE… [--json]');
    return 2;
  }
  let failed = 0;
  for (const folder of folders) {
    try {
      const diagnosis = diagnoseCase(readCase(folder));
      // Others read the object as it was agreed on.
      const { otherwise, ...agreed } = diagnosis;
      if (isJson) out(JSON.stringify(agreed));
      else {
        out(`${diagnosis.case}: ${diagnosis.ranking.length === 0 ? 'nothing stands out' : ''}`);
        diagnosis.ranking.slice(0, 5).forEach((s, i) => {
          out(`  ${i + 1}. ${s.service} ${s.metric} (${s.score.toFixed(2)}) ${s.why}`);
        });
        if (otherwise !== undefined) out(`  ${otherwise}`);
      }
    } catch (error) {
      failed++;
      out(`${folder}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return failed === 0 ? 0 : 3;
};
