// A stranger's job burns the processor that every service shares, and ends: the host is named, and told repaired by what named it.
import { expect, it } from 'vitest';
import { apply } from './engine.ts';
import { Run } from './testing/run.ts';

it('tells a host repaired once its services no longer wait for a processor', () => {
  const run = new Run(3, (rules) => rules, 'off').seconds(120);
  const { till } = run.platform.names;
  run.seconds(20, { busy: 8, slow: { [till]: 700 }, waiting: 0.6 });
  expect(run.of('incident.cause').at(-1)?.cause).toMatchObject({ entity: 'box', entityKind: 'host' });
  expect(run.of('incident.state').filter(({ to }) => to === 'repaired')).toEqual([]);
  run.seconds(15);
  expect(run.of('incident.state').map(({ to }) => to)).toContain('repaired');
});

it('judges a host of which nothing was beyond its band yet by what raised the alarm: it would be told repaired only after half a minute of quiet', () => {
  const run = new Run(3, (rules) => rules, 'off').seconds(120);
  const { till } = run.platform.names;
  run.seconds(20, { busy: 8, slow: { [till]: 700 }, waiting: 0.6 });
  const named = run.of('incident.cause').at(-1)!;
  apply(run.engine, { ...named, ranking: named.ranking.map((suspect) => ({ ...suspect, evidence: [] })) });
  const file = run.engine.files.get(named.incident)!;
  const judged = [...file.references.keys()].map((index) => run.engine.watch.series.get(index)!.meta.id);
  const alarm = run.of('incident.opened').flatMap(({ trigger }) => trigger.map(({ series }) => series));
  // What customers feel says nothing of the host.
  expect(judged).toEqual([...new Set(alarm)].filter((id) => run.engine.watch.find(id) !== undefined));
  expect(judged).not.toEqual([]);
});
