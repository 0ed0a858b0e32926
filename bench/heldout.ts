// `npm run bench:heldout -- DIR`: each set's figures with the decision's budget that is best on the other sets, from one small grid.
// The answer to how much the settings owe to the series they were watched on. Only the decision's one setting is in the grid.
import { bankDefaults } from '@fenghuo/analyzer/detect';
import { eventsOf, nabOf, type Run, runSet, setsOf } from './recorded.ts';

const grid = [4.7, 5.2, 5.7, 6.2, 6.7].map((decades) => ({ decades }));
type Setting = (typeof grid)[number];
type Figures = ReturnType<typeof figuresOf>;

const figuresOf = (runs: readonly Run[]) => ({
  ...eventsOf(runs, (run, row) => run.rows[row]!.anomaly),
  nab: nabOf(runs).score,
});
const told = (f: Figures): string =>
  `F1 ${f.f1.toFixed(3)}  false a day ${f.falseADay.toFixed(3)}  noise ${f.noise.toFixed(4)}  NAB standard ${f.nab.toFixed(1)}`;
const named = (s: Setting): string => `${s.decades} decades`;

const root = process.argv[2] ?? '.';
const out = (line: string) => process.stdout.write(`${line}\n`);
const sets = setsOf(root);
const table = grid.map((setting) => ({
  setting,
  figures: new Map(sets.map((name) => [name, figuresOf(runSet(root, name, setting))])),
}));
out(`${grid.length} budgets of the decision; chosen by the mean F1 of the other sets' fixed decision`);
for (const held of sets) {
  const others = sets.filter((name) => name !== held);
  const worth = (row: (typeof table)[number]) => others.reduce((sum, name) => sum + row.figures.get(name)!.f1, 0);
  const best = table.reduce((a, b) => (worth(b) > worth(a) ? b : a));
  const ours = table.find(({ setting }) =>
    Object.entries(setting).every(([k, v]) => bankDefaults[k as keyof Setting] === v),
  )!;
  out(`${held}, chosen on ${others.join(' and ')} (${named(best.setting)}): ${told(best.figures.get(held)!)}`);
  out(`${held}, as the product is (${named(ours.setting)}): ${told(ours.figures.get(held)!)}`);
}
