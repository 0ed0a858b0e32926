// A queue between those who publish and those who take: who is to blame for what waits in it.
import { describe, expect, it } from 'vitest';
import { evidence as known, series } from '../testing/evidence.ts';
import type { Evidence, SeriesEvidence } from '../types.ts';
import { localise } from './localise.ts';

const edges = [
  ['shop', 'letters'],
  ['letters', 'sorter'],
  ['sorter', 'postman'],
] as const;
const evidence = (all: readonly SeriesEvidence[]): Evidence => ({
  ...known(all, edges),
  kinds: new Map([
    ['letters', 'queue'],
    ['shop', 'service'],
    ['sorter', 'service'],
  ]),
});
const count = (of: { entity: string; caller?: string; metric: string }, was: number, is: readonly number[]) =>
  series({ ...of, class: 'traffic', stat: 'count', kind: 'delta', bad: 'both' }, was, is, {
    before: Array.from({ length: 12 }, (_, i) => was + (i % 3) - 1),
  });
const published = (...is: number[]) =>
  count({ entity: 'letters', caller: 'shop', metric: 'messaging.client.operation.duration' }, 20, is);
const taken = (...is: number[]) => count({ entity: 'sorter', metric: 'messaging.process.duration' }, 20, is);
/** Nothing is worked off, so nothing can be timed. */
const untimed = series({ entity: 'sorter', metric: 'messaging.process.duration', stat: 'p50' }, 0.03, [
  Number.NaN,
  Number.NaN,
  Number.NaN,
]);
const waiting = (...is: number[]) =>
  series({ entity: 'letters', metric: 'broker.messages.ready', class: 'saturation', unit: '{message}' }, 2, is);

describe('a consumer that takes nothing any more', () => {
  it('is named from what waits in the queue, which it explains', () => {
    const { suspects } = localise(evidence([published(20, 21, 19), taken(0, 0, 0), untimed, waiting(22, 41, 60)]));
    expect(suspects[0]).toMatchObject({ entity: 'sorter', kind: 'hang' });
    expect(suspects.find(({ entity }) => entity === 'letters')?.because[0]).toMatchObject({ about: 'sorter' });
  });

  it('is named from the side of those who publish, when the full queue holds them up', () => {
    const late = series(
      { entity: 'letters', caller: 'shop', metric: 'messaging.client.operation.duration', stat: 'p50' },
      0.005,
      [2, 2, 2],
    );
    const { suspects, path } = localise(evidence([published(19, 20, 19), taken(0, 0, 0), untimed, late]));
    expect(suspects[0]?.entity).toBe('sorter');
    expect(path.map(({ to }) => to)).toContain('letters');
  });

  it('is innocent while nobody publishes: then the publisher is asked', () => {
    const { suspects } = localise(evidence([published(0, 0, 0), taken(0, 0, 0), untimed]));
    expect(suspects[0]?.entity).not.toBe('sorter');
  });

  it('is a victim of whom it calls', () => {
    const slow = series(
      { entity: 'postman', caller: 'sorter', metric: 'http.client.request.duration', stat: 'p50' },
      0.02,
      [3, 3, 3],
    );
    const own = series({ entity: 'sorter', metric: 'messaging.process.duration', stat: 'p50' }, 0.03, [3, 3, 3]);
    const { suspects } = localise(evidence([published(20, 20, 20), taken(9, 8, 8), waiting(12, 24, 36), slow, own]));
    expect(suspects[0]?.entity).toBe('postman');
  });
});
