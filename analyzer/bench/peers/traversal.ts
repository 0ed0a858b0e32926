// Anomaly traversal (the strongest baseline of PetShop, Hardt et al., CLeaR 2024): from the alarm down the calls as long as callees are
// anomalous; those whose callees are not are the causes.
import {
  deviations,
  isFollowed,
  type Observed,
  type Peer,
  present,
  quantile,
  type Rated,
  ratedBy,
} from './observed.ts';

/** Median absolute deviations from which on a metric is anomalous. */
const ANOMALOUS = 5;

/** Median absolute deviation to standard deviation of a normal distribution. */
const MAD_TO_SD = 1.4826;

/** Each service's anomaly in the alarm's metric, in its worst symptom where nothing alarmed: the mean over the rows since the start; a deviation of 0 makes any change infinite, as in the original. */
const anomalous = (observed: Observed): Map<string, Rated> => {
  const found = new Map<string, Rated>();
  for (const column of observed.columns) {
    if (!isFollowed(observed, column)) continue;
    const before = present(column.before).sort();
    const middle = quantile(before, 0.5);
    const spread = MAD_TO_SD * quantile(before.map((value) => Math.abs(value - middle)).sort(), 0.5);
    const far = deviations(column, middle, spread, Number.MIN_VALUE);
    const told = present(far);
    const rated = { ...ratedBy(column, far), score: told.reduce((sum, z) => sum + z, 0) / told.length };
    const known = found.get(column.service);
    if (!(rated.score > ANOMALOUS)) continue;
    if (known === undefined || rated.score > known.score || (rated.score === known.score && rated.row < known.row))
      found.set(column.service, rated);
  }
  return found;
};

export const traversal: Peer = {
  name: 'anomaly traversal',
  source: 'Hardt et al., CLeaR 2024',
  rate: (observed) => {
    const found = anomalous(observed);
    const sickCallees = (service: string): string[] =>
      (observed.callees.get(service) ?? []).filter((callee) => callee !== service && found.has(callee));
    const reached = new Set(observed.alarm === undefined ? found.keys() : [observed.alarm.service]);
    for (const service of reached) for (const callee of sickCallees(service)) reached.add(callee);
    return [...found.values()].filter(({ service }) => reached.has(service) && sickCallees(service).length === 0);
  },
};
