// Kinds of trouble as live runs showed them: half-dead, blocked, lonely, stuck behind a queue, started anew, and a heap that was large before.
import { expect, it } from 'vitest';
import { evidence, ONSET_MS, series } from '../testing/evidence.ts';
import { localise } from './localise.ts';

const first = (...of: Parameters<typeof evidence>) => localise(evidence(...of)).suspects[0];
const errors = { class: 'errors', unit: '{error}', kind: 'delta' } as const;

it('a bank of whose calls most are answered as ever and some never leaves calls unanswered', () =>
  expect(
    first(
      [
        series({ entity: 'opal', caller: 'till', metric: 'client.duration', stat: 'p50' }, 0.053, [0.053, 0.053]),
        series({ entity: 'opal', caller: 'till', metric: 'client.duration', stat: 'p90' }, 0.065, [0.059, 0.708]),
        series(
          { entity: 'opal', caller: 'till', metric: 'client.oldest_request.age', stat: 'max' },
          0.053,
          [0.13, 1.07],
        ),
        series({ entity: 'opal', caller: 'till', metric: 'client.errors', ...errors }, 0, [0, 2], { scale: 0.2 }),
      ],
      [['till', 'opal']],
    ),
  ).toMatchObject({ entity: 'opal', kind: 'hang' }));

it('a bank some of whose calls are given up on after a wait does not answer them; one that refuses at once does', () => {
  const failing = (slowest: readonly number[]) =>
    first(
      [
        series({ entity: 'opal', caller: 'till', metric: 'client.duration', stat: 'p50' }, 0.053, [0.053, 0.05, 0.053]),
        series({ entity: 'opal', caller: 'till', metric: 'client.duration', stat: 'max' }, 0.12, slowest),
        series({ entity: 'opal', caller: 'till', metric: 'client.errors', ...errors }, 0, [2, 0, 5], { scale: 0.2 }),
      ],
      [['till', 'opal']],
    );
  expect(failing([0.7, 0.1, 2.5])).toMatchObject({ entity: 'opal', kind: 'hang' });
  expect(failing([0.1, 0.13, 0.11])).toMatchObject({ entity: 'opal', kind: 'errors' });
});

it('terminals that give some calls up themselves answer with errors', () =>
  expect(
    first(
      [
        series({ entity: 'jade', caller: 'shop', metric: 'client.duration', stat: 'p50' }, 0.007, [0.007, 0.008]),
        series(
          { entity: 'jade', caller: 'shop', metric: 'client.oldest_request.age', stat: 'max' },
          0.008,
          [1.7, 1.85],
        ),
        series({ entity: 'jade', metric: 'server.errors', ...errors }, 0, [5, 6], { scale: 0.2 }),
      ],
      [['shop', 'jade']],
    ),
  ).toMatchObject({ entity: 'jade', kind: 'errors' }));

it('a blocked loop is the loop, though the processor is as busy and more requests are open', () =>
  expect(
    first(
      [
        series({ entity: 'reed', caller: 'gate', metric: 'client.duration', stat: 'p50' }, 0.004, [0.25, 0.21]),
        series(
          { entity: 'reed', metric: 'process.cpu.utilization', class: 'saturation', unit: '1' },
          0.036,
          [0.42, 0.66],
        ),
        series({ entity: 'reed', metric: 'nodejs.eventloop.delay.max', class: 'saturation' }, 0.03, [0.7, 0.71]),
        series(
          { entity: 'reed', metric: 'http.server.active_requests', class: 'saturation', unit: '{request}' },
          0,
          [6, 9],
          {
            scale: 1e-12,
          },
        ),
      ],
      [['gate', 'reed']],
    ),
  ).toMatchObject({ entity: 'reed', kind: 'eventloop' }));

it('behind a queue nobody waits: the figure of what is delivered, and the backlog, name who takes nothing any more', () => {
  const level = { class: 'business', unit: '1', bad: 'down' } as const;
  const backlog = { class: 'saturation', unit: '{message}' } as const;
  const stuck = evidence(
    [
      series({ entity: 'rail', metric: 'delivered', ...level }, 0.98, [0.49, 0.14], { scale: 0.087 }),
      series({ entity: 'rail', metric: 'queue.pending', ...backlog }, 0.27, [29, 42], { scale: 0.68 }),
      series({ entity: 'customers', metric: 'paid', ...level }, 1, [0.5, 0.5], { scale: 0.01 }),
      series({ entity: 'box', metric: 'io.pressure', class: 'saturation' }, 4e-10, [2e-5, 4e-5], { scale: 1e-9 }),
    ],
    [['rail', 'scooter']],
  );
  const suspects = localise({ ...stuck, kinds: new Map([...stuck.kinds, ['box', 'host']]) }).suspects;
  expect(suspects[0]).toMatchObject({ entity: 'rail', kind: 'saturation' });
  expect(suspects.map(({ entity }) => entity)).not.toContain('customers');
});

it('who was started anew was gone, however busy it is since', () => {
  const all = [
    series({ entity: 'fjord', caller: 'gate', metric: 'client.errors', ...errors }, 0.1, [8, 11], { scale: 1 }),
    series({ entity: 'fjord', metric: 'process.cpu.utilization', class: 'saturation', unit: '1' }, 0.1, [0.9, 0.8]),
  ];
  const restart = { timeMs: ONSET_MS + 1_000, entity: 'fjord', kind: 'restart', what: 'started anew' };
  expect(first(all, [['gate', 'fjord']], [restart])).toMatchObject({ entity: 'fjord', kind: 'silence' });
  expect(first(all, [['gate', 'fjord']])).toMatchObject({ entity: 'fjord', kind: 'cpu' });
});

it('a processor that collections burn is short of memory, where the memory has swollen since long before', () => {
  const call = series({ entity: 'slate', caller: 'gate', metric: 'client.duration', stat: 'p50' }, 0.06, [0.6, 0.7]);
  const use = { entity: 'slate', metric: 'process.cpu.utilization', class: 'saturation', unit: '1' } as const;
  const held = { entity: 'slate', metric: 'process.memory.usage', class: 'resource', unit: 'By' } as const;
  const kind = (before: readonly number[]) =>
    first(
      [call, series(use, 0.08, [0.9, 1.1]), series(held, 1.5e8, [8.4e8, 8.7e8], { scale: 1e7, before })],
      [['gate', 'slate']],
    )?.kind;
  expect(kind(Array.from({ length: 21 }, (_, i) => (i < 8 ? 1.5e8 : 1.5e8 + 0.5e8 * (i - 8))))).toBe('memory');
  expect(kind(Array.from({ length: 21 }, () => 8.3e8))).toBe('cpu');
});

it('a processor of which most is left has not run out', () => {
  const call = series({ entity: 'slate', caller: 'gate', metric: 'client.errors', ...errors }, 0.1, [12, 13], {
    scale: 1,
  });
  const use = { entity: 'slate', metric: 'process.cpu.utilization', class: 'saturation', unit: '1' } as const;
  expect(first([call, series(use, 0.03, [0.14, 0.15], { scale: 0.01 })], [['gate', 'slate']])?.kind).toBe('errors');
  expect(first([call, series(use, 0.03, [0.9, 0.95], { scale: 0.01 })], [['gate', 'slate']])?.kind).toBe('cpu');
});

it('a heap that an earlier leak left large is no news, whatever a collection does to it', () => {
  const heap = { entity: 'slate', metric: 'heap.used', class: 'resource', unit: 'By' } as const;
  const call = series({ entity: 'slate', caller: 'gate', metric: 'client.duration', stat: 'p50' }, 0.06, [0.2, 0.21]);
  const large = [1.74e9, 1.75e9, 1.74e9, 1.75e9, 1.74e9, 1.75e9];
  const edges = [['gate', 'slate']] as const;
  expect(first([call, series(heap, 3e7, [1.78e9, 1.79e9], { scale: 3e6, before: large })], edges)?.kind).toBe(
    'latency',
  );
  expect(first([call, series(heap, 3e7, [3e8, 6e8], { scale: 3e6, before: large.map(() => 3e7) })], edges)?.kind).toBe(
    'memory',
  );
});
