// `npm run bench:confidence [DIR]`: the curve of `localise/confidence.ts` learned anew on made-up cases of even seeds, and how often what the product
// states is right on cases of odd seeds and on recorded ones.
import { parseArgs } from 'node:util';
import { type Curve, confidenceOf, learned } from '../localise/confidence.ts';
import { ranked } from '../localise/ranked.ts';
import { placeOf, servicesIn } from './accuracy.ts';
import type { RecordedCase, Truth } from './case.ts';
import { evidenceOf } from './evidence.ts';
import { generate } from './generated/generate.ts';
import { platt, type Tried } from './platt.ts';
import { readCase, readTruth, scoredCases } from './read-case.ts';
import { reliability } from './reliability.ts';

const LEARNED_ON = [12, 22];
const CHECKED_ON = [11, 13];
/** How far two curves may be apart, in chance, for one to be the other learned anew. */
const APART_MAX = 0.04;

const tried = (recorded: RecordedCase, { services }: Truth): Tried => {
  const ranking = ranked(evidenceOf(recorded));
  return { margin: ranking.margin, isRight: placeOf(servicesIn(ranking), services) === 1 };
};
const made = (seeds: readonly number[], cases: number): Tried[] =>
  seeds.flatMap((seed) =>
    Array.from({ length: cases }, (_, k) => {
      const { recorded, truth } = generate(seed, k);
      return tried(recorded, truth);
    }),
  );

/** The greatest difference between what two curves state. */
const apart = (one: Curve, other: Curve): number =>
  Math.max(
    ...Array.from({ length: 99 }, (_, i) => {
      const margin = (i + 1) / 100;
      return Math.abs(confidenceOf(margin, one) - confidenceOf(margin, other));
    }),
  );

const table = (of: string, cases: readonly Tried[]): string[] => {
  const stated = cases.map(({ margin, isRight }) => ({ confidence: confidenceOf(margin), isRight }));
  const bins = reliability(stated);
  const off = bins.reduce((sum, bin) => sum + bin.cases * Math.abs(bin.stated - bin.right), 0) / cases.length;
  const brier = stated.reduce((sum, s) => sum + (s.confidence - Number(s.isRight)) ** 2, 0) / cases.length;
  return [
    '',
    `| stated confidence, ${of} | cases | mean stated | right at rank 1 |`,
    '|---|---|---|---|',
    ...bins.map(
      (bin) =>
        `| ${bin.from.toFixed(1)}–${bin.to.toFixed(1)} | ${bin.cases} | ${bin.stated.toFixed(2)} | ${bin.right.toFixed(2)} |`,
    ),
    '',
    `${of}: stated and right are ${off.toFixed(3)} apart on average (expected calibration error), Brier score ${brier.toFixed(3)}`,
  ];
};

/** Prints the curve and a table a set; 1 where the product's curve is not the one that is learned, 2 for wrong usage. */
export const confidenceCommand = async (args: readonly string[], out: (line: string) => void): Promise<number> => {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { cases: { type: 'string', default: '480' } },
    allowPositionals: true,
  });
  const cases = Number(values.cases);
  const [dir, ...more] = positionals;
  if (!(cases > 0) || more.length > 0) {
    out('usage: fenghuo bench confidence [DIR] [--cases N]');
    return 2;
  }
  const anew = platt(made(LEARNED_ON, cases));
  const off = apart(anew, learned);
  const told = ({ at, slope }: Curve): string => `at ${at.toFixed(2)}, slope ${slope.toFixed(2)}`;
  out(`learned on seeds ${LEARNED_ON.join(', ')}: ${told(anew)}; the product's: ${told(learned)}`);
  for (const line of table(`seeds ${CHECKED_ON.join(', ')}`, made(CHECKED_ON, cases))) out(line);
  const recorded =
    dir === undefined ? [] : scoredCases(dir).map((folder) => tried(readCase(folder), readTruth(folder)));
  if (recorded.length > 0) for (const line of table('recorded cases', recorded)) out(line);
  out(
    `${off <= APART_MAX ? 'PASS' : 'FAIL'}  the product's curve is ${off.toFixed(3)} from the one learned anew (${APART_MAX})`,
  );
  return off <= APART_MAX ? 0 : 1;
};
