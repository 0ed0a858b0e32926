// Methods that follow likeness: metrics ranked by their correlation with the alarm's, and a personalised random walk over the calls (MicroRCA).
import { sampleCorrelation, standardDeviation } from 'simple-statistics';
import { type Node, nodesOf } from './nodes.ts';
import { type Column, deviations, isFollowed, type Observed, type Peer, type Rated, ratedBy } from './observed.ts';

/** Chance to go back to where the walk began, and steps until its shares stand still. */
const RESTART = 0.15;
const STEPS = 100;

/** |Pearson correlation| of the rows in which both are there; 0 where one never moves. */
export const likeness = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  const rows = Array.from(a, (value, i) => [value, b[i]!] as const).filter(([x, y]) => !Number.isNaN(x + y));
  const [xs, ys] = [rows.map(([x]) => x), rows.map(([, y]) => y)];
  if (rows.length < 3 || standardDeviation(xs) === 0 || standardDeviation(ys) === 0) return 0;
  return Math.abs(sampleCorrelation(xs, ys));
};
const whole = ({ before, after }: Column | Node): number[] => [...before, ...after];

/** The alarm's own column; without an alarm the symptom of a service that nobody calls which moved most. */
const target = ({ columns, callees, alarm }: Observed): Column | undefined => {
  const named = columns.find(({ service, metric }) => service === alarm?.service && metric === alarm.metric);
  if (named !== undefined) return named;
  const called = new Set([...callees].flatMap(([caller, names]) => names.filter((name) => name !== caller)));
  const symptoms = columns.filter((c) => c.class === 'latency' || c.class === 'errors');
  const outer = symptoms.filter(({ service }) => !called.has(service));
  const moved = (column: Column): number => {
    const spread = standardDeviation([...column.before].filter((value) => !Number.isNaN(value))) || 1;
    return ratedBy(column, deviations(column, column.before.at(-1) ?? 0, spread, 1)).score;
  };
  return [...(outer.length > 0 ? outer : symptoms)].sort((a, b) => moved(b) - moved(a))[0];
};

export const correlation: Peer = {
  name: 'ranked correlation',
  source: 'as in PetShop, Hardt et al., CLeaR 2024',
  rate: (observed) => {
    const alarmed = target(observed);
    if (alarmed === undefined) return [];
    return observed.columns.flatMap((column): Rated[] =>
      column === alarmed || !isFollowed(observed, column)
        ? []
        : [{ service: column.service, score: likeness(whole(column), whole(alarmed)), row: 0 }],
    );
  },
};

/** Random walk with restart over the calls: a callee is visited as it resembles its caller, the walk restarts where it is most unusual. */
export const walk: Peer = {
  name: 'random walk, MicroRCA-style',
  source: 'Wu et al., NOMS 2020',
  rate: (observed) => {
    const nodes = nodesOf(observed);
    const services = [...new Set(nodes.map(({ service }) => service))];
    const of = (service: string, isSymptom: boolean): Node[] =>
      nodes.filter((n) => n.service === service && isSymptom === (n.kind === 'latency' || n.kind === 'errors'));
    const far = (some: readonly Node[]): number =>
      Math.max(0, ...some.flatMap(({ after }) => [...after].map(Math.abs)));
    const alike = (a: string, b: string): number =>
      Math.max(
        0.01,
        ...of(a, true).flatMap((x) => nodes.filter((y) => y.service === b).map((y) => likeness(whole(x), whole(y)))),
      );
    const ways = services.map((service) => {
      const next = (observed.callees.get(service) ?? []).filter((name) => name !== service && services.includes(name));
      const weights = [service, ...next].map((name) => ({
        to: services.indexOf(name),
        weight:
          name === service
            ? Math.max(
                0.01,
                ...of(service, true).flatMap((x) => of(service, false).map((y) => likeness(whole(x), whole(y)))),
              )
            : alike(service, name),
      }));
      const sum = weights.reduce((total, { weight }) => total + weight, 0);
      return weights.map(({ to, weight }) => ({ to, weight: weight / sum }));
    });
    const unusual = services.map((service) => far(of(service, true)));
    const total = unusual.reduce((sum, value) => sum + value, 0) || 1;
    const home = unusual.map((value) => value / total);
    let shares = [...home];
    for (let step = 0; step < STEPS; step++) {
      const next = home.map((value) => RESTART * value);
      ways.forEach((of, i) => {
        for (const { to, weight } of of) next[to]! += (1 - RESTART) * shares[i]! * weight;
      });
      shares = next;
    }
    return services.map((service, i) => ({ service, score: shares[i]!, row: 0 }));
  },
};
