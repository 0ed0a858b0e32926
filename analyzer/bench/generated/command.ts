// `npm run bench:generated`: how often the right service is first in made-up cases of many forms, by each form.
import { parseArgs } from 'node:util';
import { accuracyOf, placeOf } from '../accuracy.ts';
import { diagnoseCase } from '../diagnose-command.ts';
import { axisNames, type Form, generate } from './generate.ts';

type Scored = { readonly form: Form; readonly place: number; readonly elapsedMs: number };
const figure = (value: number): string => value.toFixed(3);

/** Prints a row a form; 1 where a case could not be ranked, 2 for wrong usage. */
export const generatedCommand = (args: readonly string[], out: (line: string) => void): number => {
  const { values: flags } = parseArgs({
    args: [...args],
    options: {
      cases: { type: 'string', default: '480' },
      seed: { type: 'string', default: '1' },
      verbose: { type: 'boolean', default: false },
    },
  });
  let broken = 0;
  const scored: Scored[] = [];
  for (let k = 0; k < Number(flags.cases); k++) {
    const { recorded, truth, form } = generate(Number(flags.seed), k);
    const { ranking, elapsedMs } = diagnoseCase(recorded);
    if (ranking.some(({ score }) => !Number.isFinite(score))) broken++;
    const place = placeOf(
      ranking.map(({ service }) => service),
      truth.services,
    );
    scored.push({ form, place, elapsedMs });
    if (flags.verbose && place > 1)
      out(
        `${recorded.id} ${JSON.stringify(form)}: ${truth.services[0]} at ${place}; ${ranking
          .slice(0, 3)
          .map((r) => `${r.service} ${r.metric} ${r.score.toFixed(2)}`)
          .join(', ')}`,
      );
  }
  out('| form | cases | AC@1 | AC@3 | Avg@5 |');
  out('|---|---|---|---|---|');
  const row = (name: string, of: readonly Scored[]): void => {
    const { cases, ac1, ac3, avg5 } = accuracyOf(of.map(({ place }) => place));
    out(`| ${name} | ${cases} | ${figure(ac1)} | ${figure(ac3)} | ${figure(avg5)} |`);
  };
  row('all', scored);
  for (const axis of axisNames)
    for (const value of [...new Set(scored.map(({ form }) => form[axis]))].sort())
      row(
        `${axis}: ${value}`,
        scored.filter(({ form }) => form[axis] === value),
      );
  out(
    `${broken === 0 ? 'PASS' : 'FAIL'}  every score a number: ${scored.length - broken} of ${scored.length}; slowest ${Math.max(...scored.map(({ elapsedMs }) => elapsedMs)).toFixed(0)} ms`,
  );
  return broken === 0 ? 0 : 1;
};
