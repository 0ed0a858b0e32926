// What is published of other methods on the data sets that the accuracy bench knows: to stand beside our figures, used by nothing.

export type Published = {
  readonly dataset: string;
  readonly method: string;
  readonly figures: string;
  readonly source: string;
};

const petshop = 'PetShop (Hardt et al., CLeaR 2024)';
const nezha = 'Nezha (Yu et al., ESEC/FSE 2023), Table 3';
const rcaeval = 'RCAEval (Pham et al., ASE 2024), Sock Shop 1';

const of = (dataset: string, source: string, rows: readonly (readonly [string, string])[]): Published[] =>
  rows.map(([method, figures]) => ({ dataset, method, figures, source }));

export const published: readonly Published[] = [
  ...of('petshop-low', `${petshop}: the authors' stored output`, [
    ['anomaly traversal', 'AC@1/@3: latency .571/.571, availability .833/1.00'],
  ]),
  ...of('petshop-low', `${petshop}: authors' code, re-run`, [
    ['CIRCA, call graph given', 'AC@1/@3: latency .357/.857, availability .417/1.00'],
    ['ranked correlation', 'AC@1/@3: latency .429/.571, availability .750/.917'],
    ['RCD, hierarchical, one seed', 'AC@1/@3: latency .071/.143, availability .750/.750'],
    ['random walk, ε-diagnosis', 'AC@1/@3: latency 0/.143 at best, availability 0/0'],
  ]),
  ...of('nezha-ob', nezha, [
    ['Nezha (traces, logs, metrics)', 'AC@1/@3/@5 .929/.964/.964'],
    ['Nezha without logs', 'AC@1/@3/@5 .643/.643/.643'],
    ['PDiagnose (all)', 'AC@1/@3/@5 .411/.732/.821'],
    ['MicroRank (traces)', 'AC@1/@3/@5 .411/.482/.625'],
    ['TraceAnomaly (traces)', 'AC@1/@3/@5 .304/.339/.482'],
    ['MicroRCA (metrics)', 'AC@1/@3/@5 .161/.625/.928'],
    ['MicroScope (metrics)', 'AC@1/@3/@5 .125/.411/.554'],
  ]),
  ...of('rcd-sockshop', rcaeval, [
    ['BARO', 'Avg@5 cpu .99, memory .99'],
    ['N-sigma', 'Avg@5 cpu .98, memory .99'],
    ['CausalRCA', 'Avg@5 cpu .84, memory .84'],
    ['CIRCA', 'Avg@5 cpu .70, memory .80'],
    ['RCD', 'Avg@5 cpu .63, memory .66'],
    ['Granger random walk', 'Avg@5 cpu .56, memory .54'],
    ['ε-diagnosis', 'Avg@5 cpu .50, memory .55'],
    ['MicroCause', 'Avg@5 cpu .40, memory .55'],
  ]),
];
