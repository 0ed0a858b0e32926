// A collector dies in the middle of a request, and another takes it again: whatever got through and however it cuts its frames, each sample is stored once.
import { type Bus, connectBus, createSelfMetrics, ensureStreams, realClock } from '@fenghuo/kit';
import { startTestNats, type TestNats } from '@fenghuo/kit/testing';
import {
  decodeFrame,
  type FrameSchema,
  parseTelemetrySubject,
  schemasBucket,
  telemetryStream,
} from '@fenghuo/rules/contract';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publisher } from './publish.ts';
import { recaller } from './recall.ts';
import { RemoteWrite } from './remote-write.ts';
import { Source } from './source.ts';
import { Taken } from './taken.ts';
import { encodeWrite1, type WriteSeries } from './testing/encode.ts';

const PARTITIONS = 2;
const RUNS = 25;
let nats: TestNats;
let bus: Bus;
beforeAll(async () => {
  nats = await startTestNats();
  bus = await connectBus(nats.config(), 'test');
  await ensureStreams(bus, { partitions: PARTITIONS });
});
afterAll(async () => {
  await bus?.close();
  await nats?.stop();
});

/** A collector as far as a request goes. @param framesMax its process ends after so many frames */
const collector = (name: string, framesMax = Number.POSITIVE_INFINITY) => {
  let frames = 0;
  const dies: Pick<Bus, 'publish'> = {
    publish: (subject, payload, options) =>
      subject.includes('.frame.') && ++frames > framesMax
        ? Promise.reject(new Error('dead'))
        : bus.publish(subject, payload, options),
  };
  const parts = { clock: realClock, partitions: PARTITIONS };
  const publish = publisher({ ...parts, bus: dies, self: createSelfMetrics('test') });
  const recall = recaller({ ...parts, bus });
  const source = new Source({ name, incarnation: realClock.now(), seriesMax: 10_000 });
  const write = new RemoteWrite(source, 1);
  return {
    /** Whether it was taken, and how many samples the sender is told of. */
    take: async (bytes: Uint8Array): Promise<number | 'lost'> => {
      const request = await recall(name, bytes);
      source.begin(realClock.now(), request.has);
      write.take(bytes, new Taken(source));
      const { samples } = source.tally;
      return publish(source.end(), request).then(
        () => samples,
        () => 'lost' as const,
      );
    },
  };
};

const lastSeqs = (): Promise<number[]> =>
  Promise.all(
    Array.from({ length: PARTITIONS }, async (_, partition) => {
      const { state } = await bus.jsm.streams.info(telemetryStream(partition));
      return state.last_seq;
    }),
  );

/** Every sample of a source that the streams hold after these places, as `series time value`. */
const stored = async (source: string, after: readonly number[]): Promise<string[]> => {
  const out: string[] = [];
  for (const [partition, last] of (await lastSeqs()).entries()) {
    const stream = telemetryStream(partition);
    const schemas = new Map<string, FrameSchema>();
    for (let seq = (after[partition] ?? 0) + 1; seq <= last; seq++) {
      const message = await bus.jsm.streams.getMessage(stream, { seq });
      if (message === null || !message.subject.includes(`.${source}_`)) continue;
      if (parseTelemetrySubject(message.subject)?.kind === 'schema') {
        const schema = message.json<FrameSchema>();
        schemas.set(schema.hash, schema);
        continue;
      }
      const frame = decodeFrame(message.data);
      if ('fault' in frame) throw new Error(frame.fault);
      frame.values.forEach((value, i) => {
        const column = schemas.get(frame.schema)?.columns[(frame.first ?? 0) + i];
        if (!Number.isNaN(value)) out.push(`${column?.attributes.id} ${frame.timeMs} ${value}`);
      });
    }
  }
  return out.sort();
};

const seriesOf = (ids: readonly number[], atMs: number, ticks: number): WriteSeries[] =>
  ids.map((id) => ({
    labels: { __name__: 'load', job: 'shop', instance: `i${id % 4}`, id: String(id) },
    samples: Array.from({ length: ticks }, (_, k) => ({ value: id + k / 10, timeMs: atMs - k * 1_000 })),
  }));

describe('a request that is sent again to another collector', () => {
  it('is stored once, whatever the first one got through', { timeout: 120_000 }, async () => {
    const ids = fc.uniqueArray(fc.nat(60), { minLength: 1, maxLength: 40 });
    let run = 0;
    let cutShort = 0;
    await fc.assert(
      fc.asyncProperty(
        ids,
        ids,
        fc.integer({ min: 1, max: 3 }),
        fc.nat(14),
        async (asked, others, ticks, framesMax) => {
          const name = `till${run++}`;
          const after = await lastSeqs();
          const atMs = Math.floor(realClock.now() / 1_000) * 1_000;
          const bytes = encodeWrite1(seriesOf(asked, atMs, ticks));
          const first = collector(name, framesMax);
          if ((await first.take(bytes)) === 'lost') cutShort++;
          // The next one has met other series before, so it cuts this request into other frames.
          const second = collector(name);
          const before = encodeWrite1(seriesOf(others, atMs - 60_000, 1));
          expect(await second.take(before)).toBe(others.length);
          expect(await second.take(bytes)).toBe(asked.length * ticks);
          // And a third time, to whoever comes next.
          expect(await collector(name).take(bytes)).toBe(asked.length * ticks);
          const expected = [...seriesOf(asked, atMs, ticks), ...seriesOf(others, atMs - 60_000, 1)]
            .flatMap(({ labels, samples }) => samples.map(({ value, timeMs }) => `${labels.id} ${timeMs} ${value}`))
            .sort();
          expect(await stored(name, after)).toEqual(expected);
        },
      ),
      { numRuns: RUNS, endOnFailure: true },
    );
    expect(cutShort).toBeGreaterThan(0);
  });

  it('is asked to come again while nobody can say which series its frames were', async () => {
    const bytes = encodeWrite1(seriesOf([1, 2, 3], realClock.now(), 1));
    expect(await collector('gone').take(bytes)).toBe(3);
    for (let partition = 0; partition < PARTITIONS; partition++)
      await bus.jsm.streams.purge(telemetryStream(partition), { filter: `fh.t.${partition}.schema.>` });
    expect(await (await bus.kvm.open(schemasBucket)).get('0000000000000000')).toBeNull();
    await expect(recaller({ bus, clock: realClock, partitions: PARTITIONS })('gone', bytes)).rejects.toMatchObject({
      reason: 'bus_away',
    });
  });
});
