// Who sends to the collector, what of it was refused, and how full the way to the store is: GET /api/v1/sources, of the collector and of the console.
import { z } from 'zod';

const count = z.number().nonnegative();

export const sourcesOverview = z.object({
  /** Epoch ms. */
  atMs: count,
  /** By key, since the collector's start. */
  sources: z.array(
    z.object({
      name: z.string(),
      series: count,
      seriesMax: count,
      samples: count,
      spans: count,
      logs: count,
      /** Epoch ms of the last request that was taken; absent before the first. */
      lastMs: count.optional(),
      refused: z.array(z.object({ reason: z.string(), count, lastMs: count })),
      /** The label with most values, and about how many. */
      widest: z.object({ label: z.string(), values: count }).optional(),
    }),
  ),
  /** Requests and bytes that are being taken in. */
  underWay: z.object({ requests: count, requestsMax: count, bytes: count, bytesMax: count }),
  /** Each partition's stream: what it holds of what it may, and how many of its messages the store has not. */
  partitions: z.array(
    z.object({ partition: count, messages: count, bytes: count, bytesMax: z.number(), behind: count }),
  ),
});
export type SourcesOverview = Readonly<z.infer<typeof sourcesOverview>>;
