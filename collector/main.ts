// The collector: telemetry and decisions from NATS into ClickHouse, exactly once; change events from people and tools onto NATS.

import { randomInt, randomUUID } from 'node:crypto';
import { connectBus, ensureStreams, ports, runService, type ServiceContext } from '@fenghuo/kit';
import { type FrameSchema, schemasBucket } from '@fenghuo/rules/contract';
import { publishChange } from './change-events.ts';
import { keepDecisions } from './decisions.ts';
import { door } from './http.ts';
import { servePartition } from './partition.ts';
import { serveGrpc } from './receive/grpc.ts';
import { keepSpans } from './receive/keep-spans.ts';
import { parseKeys } from './receive/keys.ts';
import { overview } from './receive/overview.ts';
import { publisher } from './receive/publish.ts';
import { recaller } from './receive/recall.ts';
import { Receiver } from './receive/receiver.ts';
import { readScrapeConfig } from './receive/scrape/config.ts';
import { startScraper } from './receive/scrape/scraper.ts';
import { Source } from './receive/source.ts';
import { Schemas } from './schemas.ts';
import { serve } from './serve.ts';
import { knownSignatures, migrate, openStore } from './store/index.ts';

/** Runs the collector until it is told to stop. */
export const run = (): Promise<void> => runService('collector', start);

/** Waiting for ClickHouse longer than this is trouble that others should know of. */
const WAITING_MS_MAX = 5_000;

const start = async ({ config, log, clock, self }: ServiceContext): Promise<{ stop(): Promise<void> }> => {
  const bus = await connectBus(config, 'collector');
  await ensureStreams(bus, { partitions: config.partitions });
  await migrate(config);
  const store = openStore(config);
  const bucket = await bus.kvm.open(schemasBucket);
  const schemas = new Schemas(async (hash) => (await bucket.get(hash))?.json(), clock);
  const keep = async (schema: FrameSchema): Promise<void> =>
    void (await bucket.put(schema.hash, JSON.stringify(schema)));
  // The elder of two has the smaller id.
  const id = `${clock.now()}-${randomUUID()}`;
  const partitions = await Promise.all(
    Array.from({ length: config.partitions }, (_, partition) =>
      servePartition(partition, id, { bus, store, schemas, clock, log, self, keep }),
    ),
  );
  const logs = [
    await keepDecisions({ bus, store, clock, log, self }),
    await keepSpans({ bus, store, clock, log, self }),
  ];
  const isReady = (): boolean => {
    const now = clock.now();
    return (
      bus.isUp() &&
      partitions.every((partition) => partition.isWell(now)) &&
      logs.every((kept) => now - (kept.waitingSinceMs() ?? now) < WAITING_MS_MAX)
    );
  };
  const tokens = [config.ingestToken, config.adminToken].filter((token) => token !== undefined);
  const named = config.ingestToken === undefined ? [] : [`default=${config.ingestToken}`];
  const receiver = new Receiver({
    bus,
    clock,
    self,
    partitions: config.partitions,
    keys: parseKeys([...named, config.ingestKeys].join(',')),
    seriesMax: config.ingestSeriesMax,
    seed: randomInt(2 ** 32),
    known: await knownSignatures(store),
    recall: recaller({ bus, clock, partitions: config.partitions }),
    tell: (event, key) => publishChange({ bus, partitions: config.partitions }, event, key),
  });
  const sweeping = receiver.start();
  const scraper =
    config.scrape === undefined
      ? undefined
      : startScraper(readScrapeConfig(config.scrape), {
          clock,
          log,
          self,
          seed: randomInt(2 ** 32),
          source: new Source({
            name: 'collector/scrape',
            incarnation: Math.floor(clock.now()),
            seriesMax: config.ingestSeriesMax,
          }),
          publish: publisher({ bus, clock, self, partitions: config.partitions }),
          refused: (source, all) => receiver.refused(source, all),
        });
  const look = { bus, store, receiver, scraper, partitions: config.partitions };
  const app = door({
    bus,
    clock,
    self,
    partitions: config.partitions,
    tokens,
    isReady,
    receiver,
    overview: () => overview(look, clock.now()),
  });
  const server = await serve(app, ports.collector + config.portShift, config.host);
  const grpc = await serveGrpc(receiver, config.host, ports.otlpGrpc + config.portShift);
  return {
    stop: async () => {
      scraper?.stop();
      grpc.stop();
      server.close();
      sweeping.cancel();
      await Promise.all(partitions.map((partition) => partition.stop()));
      await Promise.all(logs.map((kept) => kept.stop()));
      await store.close();
      await bus.close();
    },
  };
};
