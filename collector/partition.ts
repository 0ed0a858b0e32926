// A partition's place in this collector: it is ingested while it is ours, and stood by for while it is somebody else's.
import { takeHold } from './hold.ts';
import { type Ingest, type IngestParts, ingestPartition } from './ingest.ts';

export type Partition = {
  /** Ingesting without trouble, or standing by for somebody who does. */
  isWell(nowMs: number): boolean;
  stop(): Promise<void>;
};

/** Waiting for NATS or ClickHouse longer than this is trouble that others should know of. */
const WAITING_MS_MAX = 5_000;

/** Resolves once it is known whether the partition is ours; what goes wrong later ends the process, which is then started again. */
export const servePartition = async (partition: number, id: string, parts: IngestParts): Promise<Partition> => {
  const { bus, clock, log } = parts;
  let stopped = false;
  let ingest: Ingest | undefined;
  let standingBy = false;
  let finish: () => void = () => undefined;
  const told = new Promise<void>((done) => {
    finish = done;
  });
  const running = new Promise<void>((known, failed) => {
    const standBy = (): void => {
      standingBy = true;
      log.info({ partition }, 'another collector is at work, standing by');
      known();
    };
    const serve = async (): Promise<void> => {
      while (!stopped) {
        const hold = await takeHold(bus, clock, partition, id, () => stopped, standBy);
        if (hold === undefined) return;
        ingest = await ingestPartition(partition, parts);
        standingBy = false;
        known();
        await Promise.race([ingest.done, hold.lost, told]);
        hold.release();
        await ingest.stop();
        ingest = undefined;
      }
    };
    serve().catch((error: unknown) => {
      failed(error);
      // After the start nobody listens to `running` any more: the process must hear of it all the same.
      throw error;
    });
  });
  await running;
  return {
    isWell: (nowMs) =>
      standingBy || (ingest !== undefined && nowMs - (ingest.waitingSinceMs() ?? nowMs) < WAITING_MS_MAX),
    stop: async () => {
      stopped = true;
      finish();
      await ingest?.stop();
    },
  };
};
