// GET /api/v1/sources: who sends, how much of it was taken and refused, how full the way to the store is. What the console's page of sources shows.
import type { Bus } from '@fenghuo/kit';
import { type SourcesOverview, telemetryStream } from '@fenghuo/rules/contract';
import { chainEnd } from '../store/chain.ts';
import type { Store } from '../store/client.ts';
import { streamId } from '../stream-id.ts';
import { receiveLimits } from './limits.ts';
import type { Receiver } from './receiver.ts';
import type { Scraper } from './scrape/scraper.ts';

export type OverviewParts = {
  readonly bus: Bus;
  readonly store: Store;
  readonly receiver: Receiver;
  readonly scraper: Scraper | undefined;
  readonly partitions: number;
};

/** As of `nowMs`; rejects where NATS or ClickHouse does not answer. */
export const overview = async (
  { bus, store, receiver, scraper, partitions }: OverviewParts,
  nowMs: number,
): Promise<SourcesOverview> => ({
  atMs: nowMs,
  sources: [...receiver.totals(), ...(scraper === undefined ? [] : [scraper.totals()])],
  underWay: {
    ...receiver.flying.all,
    requestsMax: receiveLimits.flyingRequestsMax,
    bytesMax: receiveLimits.flyingBytesMax,
  },
  partitions: await Promise.all(
    Array.from({ length: partitions }, async (_, partition) => {
      const name = telemetryStream(partition);
      const { state, config } = await bus.jsm.streams.info(name);
      const { id } = await streamId(bus, name);
      const stored = await chainEnd(store, 'frames', id);
      return {
        partition,
        messages: state.messages,
        bytes: state.bytes,
        bytesMax: config.max_bytes,
        behind: Math.max(0, state.last_seq - stored),
      };
    }),
  ),
});
