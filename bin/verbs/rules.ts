// `fenghuo rules check`: every fault with file and line, exit 1 where there is one.
import { parseArgs } from 'node:util';
import { OpsError } from '@fenghuo/kit';
import { faultLine, readRules } from '@fenghuo/rules/load';
import { say, sayError } from '../output.ts';

export const rules = async (args: readonly string[]): Promise<number> => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { json: { type: 'boolean' } },
  });
  const [action, ...given] = positionals;
  if (action !== 'check') throw new OpsError('usage', 'usage: fenghuo rules check [DIR…] [--json]');
  const folders =
    given.length > 0 ? given : (process.env.FENGHUO_RULES ?? `${process.env.FENGHUO_ROOT}/rules`).split(':');
  const { book, faults, files } = readRules(folders);
  for (const fault of faults) {
    if (values.json) say(JSON.stringify(fault));
    else sayError(faultLine(fault));
  }
  const counts = {
    files: files.length,
    entities: book.topology.entities.length,
    kpis: book.topology.kpis.length,
    playbooks: book.playbooks.length,
    routes: book.routes.length,
    detectors: book.detectors.length,
    slos: book.slos.length,
    recommendations: book.recommendations.length,
  };
  if (values.json) say(JSON.stringify({ faults: faults.length, ...counts }));
  else if (faults.length > 0) sayError(`${faults.length} faults in ${files.length} files`);
  else
    say(
      `${Object.entries(counts)
        .map(([what, n]) => `${n} ${what}`)
        .join(', ')}: all right`,
    );
  return faults.length > 0 ? 1 : 0;
};
