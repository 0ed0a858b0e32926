// What stands around an incident: whom its trouble may come from and whom it may reach. The ranking looks at these alone, so that
// its time grows with the trouble and not with the fleet.
import type { CaseFile } from './case-file.ts';
import type { Engine } from './engine.ts';
import { endsOf } from './localise/link.ts';
import type { Series } from './series.ts';

/** Series that one ranking looks at, at most; what stands nearer comes first. A fleet of fewer is looked at in full. */
const seriesMax = 8_000;

/** Entities in the order of their nearness: those in trouble that trouble connects to the incident, whom they call and who calls them, then whoever else is in trouble. */
const nearest = function* (engine: Engine, file: CaseFile, most: number): Generator<string> {
  const { watch, graph } = engine;
  const isSick = (entity: string): boolean => watch.places.of(entity).some(({ index }) => watch.active.has(index));
  const cause = engine.incidents.get(file.id)?.cause?.entity;
  const sick = new Set([...file.affected, ...(cause === undefined ? [] : endsOf(cause))]);
  const healthy = new Set<string>();
  for (const entity of sick) {
    yield entity;
    for (const next of [...graph.callersOf(entity), ...graph.calleesOf(entity)])
      if (!sick.has(next) && !healthy.has(next)) (isSick(next) ? sick : healthy).add(next);
  }
  yield* healthy;
  for (const entity of new Set([...sick, ...healthy])) {
    const host = graph.hosts.get(entity);
    if (host !== undefined) yield host;
  }
  for (const index of watch.active) {
    const meta = watch.series.get(index)?.meta;
    if (meta !== undefined) yield meta.entity;
  }
  if (watch.series.size <= most) for (const { meta } of watch.series.values()) yield meta.entity;
};

export type Around = { readonly series: readonly Series[]; readonly entities: ReadonlySet<string> };

/** The series around an incident in the order in which they came, and their entities; figures of customers always. */
export const around = (engine: Engine, file: CaseFile, most = seriesMax): Around => {
  const { places } = engine.watch;
  const entities = new Set<string>();
  const found = new Set<Series>(engine.kpis.all.map((kpi) => kpi.series));
  for (const entity of nearest(engine, file, most)) {
    if (found.size >= most) break;
    if (entities.has(entity)) continue;
    entities.add(entity);
    for (const one of places.of(entity)) found.add(one);
    for (const one of places.by(entity)) found.add(one);
  }
  return { series: [...found].sort((a, b) => a.index - b.index), entities };
};
