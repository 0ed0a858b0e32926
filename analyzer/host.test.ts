// A stranger's job burns the processor that every service shares, and ends: the host is named, and told repaired by what named it.
import { expect, it } from 'vitest';
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
