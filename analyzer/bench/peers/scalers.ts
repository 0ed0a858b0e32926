// Scorers without a graph: how far each metric left its past, by median and quartiles (BARO) or by mean and deviation (N-sigma).
import { mean, sampleStandardDeviation } from 'simple-statistics';
import { deviations, type Peer, present, quantile, ratedBy } from './observed.ts';

/** The robust scorer of BARO (Pham, Ha and Zhang, FSE 2024): greatest (x − median) / interquartile range after the start; a range of 0 counts as 1. */
export const baro: Peer = {
  name: 'BARO, robust scorer',
  source: 'Pham et al., FSE 2024',
  rate: ({ columns }) =>
    columns.map((column) => {
      const sorted = present(column.before).sort();
      const range = quantile(sorted, 0.75) - quantile(sorted, 0.25);
      return ratedBy(column, deviations(column, quantile(sorted, 0.5), range, 1));
    }),
};

/** N-sigma: greatest (x − mean) / standard deviation after the start; a deviation of 0 counts as 1. */
export const nSigma: Peer = {
  name: 'N-sigma',
  source: 'as in RCAEval, Pham et al., ASE 2024',
  rate: ({ columns }) =>
    columns.map((column) => {
      const before = [...present(column.before)];
      return ratedBy(column, deviations(column, mean(before), sampleStandardDeviation(before), 1));
    }),
};
