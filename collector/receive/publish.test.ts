// NATS dies with an announcement in its hands: whoever sends again must be stored, and nobody is told "taken" of frames that cannot be read.
import { createSelfMetrics, realClock } from '@fenghuo/kit';
import { describe, expect, it } from 'vitest';
import { publisher } from './publish.ts';
import { Refusal } from './refusal.ts';
import { Source } from './source.ts';

const NOW = 1_800_000_000_000;
type Sent = { readonly what: 'schema' | 'frame'; answer(taken: boolean): void };

/** A source of one series, and a bus whose answers the test gives. */
const setting = () => {
  const source = new Source({ name: 'till', incarnation: 1, seriesMax: 10 });
  const sent: Sent[] = [];
  const bus = {
    publish: (subject: string) =>
      new Promise<{ stream: string; seq: number; duplicate: boolean }>((taken, lost) =>
        sent.push({
          what: subject.includes('.schema.') ? 'schema' : 'frame',
          answer: (is) => (is ? taken({ stream: 's', seq: 1, duplicate: false }) : lost(new Error('no answer'))),
        }),
      ),
  };
  const publish = publisher({ bus, clock: realClock, self: createSelfMetrics('test'), partitions: 1 });
  source.begin(NOW);
  const column = { metric: 'up', unit: '1', kind: 'gauge', class: 'saturation', attributes: {} } as const;
  const slot = source.add({ resource: { service: 'till', instance: 'a' }, column });
  if (typeof slot !== 'number') throw new Error(slot);
  source.end();
  /** One request with one sample; how it ended. */
  const request = (timeMs: number): Promise<'taken' | 'refused'> => {
    source.begin(NOW);
    source.sample(slot, timeMs, 1);
    return publish(source.end()).then(
      () => 'taken' as const,
      (error: unknown) => {
        if (!(error instanceof Refusal)) throw error;
        return 'refused' as const;
      },
    );
  };
  return { sent, request };
};

describe('an announcement that NATS did not take', () => {
  it('is told anew with the next request, and not once more after that', async () => {
    const { sent, request } = setting();
    const first = request(NOW);
    for (const one of sent.splice(0)) one.answer(false);
    expect(await first).toBe('refused');
    const again = request(NOW);
    expect(sent.map(({ what }) => what)).toEqual(['schema', 'frame']);
    for (const one of sent.splice(0)) one.answer(true);
    expect(await again).toBe('taken');
    const third = request(NOW + 1_000);
    expect(sent.map(({ what }) => what)).toEqual(['frame']);
    for (const one of sent.splice(0)) one.answer(true);
    expect(await third).toBe('taken');
  });

  it('takes with it the requests that relied on it while it was under way', async () => {
    const { sent, request } = setting();
    const first = request(NOW);
    const second = request(NOW + 1_000);
    expect(sent.map(({ what }) => what)).toEqual(['schema', 'frame', 'frame']);
    const [schema, ...frames] = sent.splice(0);
    for (const one of frames) one.answer(true);
    schema?.answer(false);
    expect(await Promise.all([first, second])).toEqual(['refused', 'refused']);
  });
});
