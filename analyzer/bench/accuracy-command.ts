// `npm run bench:accuracy DIR`: how often the right service is first, with intervals, and what that rests on.
import { seededRandom } from '@fenghuo/kit';
import { confidenceOf } from '../localise/confidence.ts';
import { ranked } from '../localise/ranked.ts';
import { defaults, type Settings } from '../localise/settings.ts';
import { accuracyOf, placeOf, servicesIn } from './accuracy.ts';
import type { RecordedCase, Truth } from './case.ts';
import { evidenceOf } from './evidence.ts';
import { peers, rankedBy } from './peers/index.ts';
import { published } from './published.ts';
import { readCase, readTruth, scoredCases } from './read-case.ts';
import { reliability } from './reliability.ts';
import { differing as moved, servicesOf, type Tunable, tunable, tuned } from './tune.ts';
import { asItIs, hashed, renamed, type Variant, variants } from './variants.ts';

type Known = { readonly recorded: RecordedCase; readonly truth: Truth };
type Out = (line: string) => void;
/** A row of the table: whose ranking, and how it comes about. */
type Contender = { readonly name: string; readonly rank: (recorded: RecordedCase) => readonly string[] };

const RESAMPLES = 2_000;
const SEED = 1;

const rankingOf = (recorded: RecordedCase, { of, settings }: Variant): readonly string[] =>
  servicesIn(ranked(evidenceOf(of(recorded)), { ...defaults, ...settings }));

/** 95 % interval of a share by resampling cases with replacement (percentile bootstrap, Efron 1979); seeded. */
export const interval = (hits: readonly boolean[], seed = SEED): readonly [number, number] => {
  const random = seededRandom(seed);
  const shares = Array.from({ length: RESAMPLES }, () => {
    let count = 0;
    for (let i = 0; i < hits.length; i++) if (hits[Math.floor(random() * hits.length)] === true) count++;
    return count / Math.max(1, hits.length);
  }).sort((a, b) => a - b);
  return [shares[Math.floor(0.025 * RESAMPLES)] ?? 0, shares[Math.floor(0.975 * RESAMPLES)] ?? 0];
};

/** Settings that a search without each data set chose. */
const heldOut = (datasets: readonly string[], cases: readonly Tunable[]): ReadonlyMap<string, Settings> =>
  new Map(
    datasets.length < 2 ? [] : datasets.map((name) => [name, tuned(cases.filter(({ dataset }) => dataset !== name))]),
  );

/** What was chosen without each data set, and how often it is right there by kind of fault. */
const heldOutLines = (held: ReadonlyMap<string, Settings>, cases: readonly Tunable[]): string[] =>
  [...held].flatMap(([name, settings]) => {
    const left = cases.filter(({ dataset }) => dataset === name);
    const kinds = [...new Set(left.map(({ truth }) => truth.fault ?? 'unknown'))].sort();
    return [
      '',
      `${name} left out; chosen otherwise than in the product: ${moved(settings).join(', ') || 'nothing'}`,
      ...kinds.map((kind) => {
        const group = left.filter(({ truth }) => (truth.fault ?? 'unknown') === kind);
        const places = group.map((one) => placeOf(servicesOf(one, settings), one.truth.services));
        const { ac1, ac3, avg5 } = accuracyOf(places);
        return `  ${kind} (${group.length}): AC@1 ${ac1.toFixed(3)}, AC@3 ${ac3.toFixed(3)}, Avg@5 ${avg5.toFixed(3)}`;
      }),
    ];
  });

/** How far the confidence can be believed: stated with constants chosen without the case's data set. */
const confidenceLines = (held: ReadonlyMap<string, Settings>, cases: readonly Tunable[]): string[] => {
  const stated = cases.flatMap((one) => {
    const settings = held.get(one.dataset);
    if (settings === undefined) return [];
    const ranking = ranked(one.evidence(settings), settings);
    const isRight = placeOf(servicesIn(ranking), one.truth.services) === 1;
    return [{ confidence: confidenceOf(ranking.margin), isRight }];
  });
  if (stated.length === 0) return [];
  return [
    '',
    '| stated confidence, held out | cases | mean stated | right at rank 1 |',
    '|---|---|---|---|',
    ...reliability(stated).map(
      ({ from, to, cases: n, stated: mean, right }) =>
        `| ${from.toFixed(1)}–${to.toFixed(1)} | ${n} | ${mean.toFixed(2)} | ${right.toFixed(2)} |`,
    ),
  ];
};

/** What others have published on the same data sets, as a table. */
const publishedLines = (datasets: readonly string[]): string[] => {
  const rows = published.filter(({ dataset }) => datasets.includes(dataset));
  if (rows.length === 0) return [];
  return [
    '',
    '| published | data set | figures | source |',
    '|---|---|---|---|',
    ...rows.map(({ method, dataset, figures, source }) => `| ${method} | ${dataset} | ${figures} | ${source} |`),
  ];
};

/** Prints Markdown tables, or with `--json` an object a row; 1 where there are no cases, or a renamed case is ranked otherwise; 2 for wrong usage. */
export const accuracyCommand = async (args: readonly string[], out: Out): Promise<number> => {
  const isJson = args.includes('--json');
  const [dir, ...more] = args.filter((arg) => arg !== '--json');
  if (dir === undefined || more.length > 0 || dir.startsWith('--')) {
    out('usage: fenghuo bench accuracy DIR [--json]');
    return 2;
  }
  const known: Known[] = scoredCases(dir).map((folder) => ({
    recorded: readCase(folder),
    truth: readTruth(folder),
  }));
  if (known.length === 0) {
    out(`no cases with a truth.json under ${dir}`);
    return 1;
  }
  const datasets = [...new Set(known.map(({ recorded }) => recorded.dataset))];
  const head = ['variant', ...datasets.flatMap((name) => [`${name} AC@1`, 'AC@3', 'Avg@5'])];
  if (!isJson) for (const line of [`| ${head.join(' | ')} |`, `|${'---|'.repeat(head.length)}`]) out(line);
  const cases = new Map(known.map(({ recorded, truth }) => [recorded, tunable(recorded, truth)]));
  const held = heldOut(datasets, [...cases.values()]);
  const contenders: Contender[] = [
    { name: asItIs.name, rank: (recorded) => rankingOf(recorded, asItIs) },
    ...(datasets.length < 2
      ? []
      : [
          {
            name: 'constants chosen on the other data sets',
            rank: (recorded: RecordedCase) => servicesOf(cases.get(recorded)!, held.get(recorded.dataset)!),
          },
        ]),
    ...peers.map((peer) => ({
      name: `${peer.name} (${peer.source}), re-implemented`,
      rank: (recorded: RecordedCase) => rankedBy(peer, recorded),
    })),
    ...variants.map((variant) => ({
      name: variant.name,
      rank: (recorded: RecordedCase) => rankingOf(recorded, variant),
    })),
  ];
  for (const { name, rank } of contenders) {
    const cells = datasets.flatMap((dataset) => {
      const places = known
        .filter(({ recorded }) => recorded.dataset === dataset)
        .map(({ recorded, truth }) => placeOf(rank(recorded), truth.services));
      const { cases, ac1, ac3, avg5 } = accuracyOf(places);
      const [low, high] = interval(places.map((place) => place === 1));
      if (isJson) out(JSON.stringify({ variant: name, dataset, cases, ac1, ac1Low: low, ac1High: high, ac3, avg5 }));
      return [`${ac1.toFixed(3)} (${low.toFixed(2)}–${high.toFixed(2)})`, ac3.toFixed(3), avg5.toFixed(3)];
    });
    if (!isJson) out(`| ${[name, ...cells].join(' | ')} |`);
  }
  if (!isJson)
    for (const line of [
      ...heldOutLines(held, [...cases.values()]),
      ...confidenceLines(held, [...cases.values()]),
      ...publishedLines(datasets),
    ])
      out(line);
  const differing = known.filter(({ recorded }) => {
    const plain = rankingOf(recorded, asItIs).map(hashed);
    const under = rankingOf(renamed(recorded, hashed), asItIs);
    return plain.join() !== under.join();
  }).length;
  out(
    isJson
      ? JSON.stringify({ renamed: known.length, differing })
      : `\n${differing === 0 ? 'PASS' : 'FAIL'}  service names hashed: ${known.length - differing} of ${known.length} rankings identical`,
  );
  return differing === 0 ? 0 : 1;
};
