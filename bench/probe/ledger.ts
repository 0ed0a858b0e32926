// Frames that arrived, frames that were told as lost, frames that were made: read from the stream itself.
import type { Bus } from '@fenghuo/kit';
import { decodeFrame, hash64, parseTelemetrySubject, telemetryStream } from '@fenghuo/rules/contract';
import { DeliverPolicy } from '@nats-io/jetstream';

export type Ledger = {
  /** By the last sequence number that arrived. */
  readonly made: number;
  readonly arrived: number;
  readonly lost: number;
  /** Frames stored more than once. */
  readonly twice: number;
};

/** The ledger of one probe id (`service@instance`), of all that is in the stream now. */
export const ledgerOf = async (bus: Bus, probe: string): Promise<Ledger> => {
  const id = hash64(probe);
  const told = new Map<number, number>();
  let twice = 0;
  const consumer = await bus.js.consumers.get(telemetryStream(0), { deliver_policy: DeliverPolicy.All });
  const { state } = await bus.jsm.streams.info(telemetryStream(0));
  if (state.messages > 0)
    for await (const message of await consumer.consume()) {
      if (parseTelemetrySubject(message.subject)?.kind === 'frame') {
        const frame = decodeFrame(message.data);
        if ('fault' in frame) throw new Error(frame.fault);
        if (frame.probe === id) {
          if (told.has(frame.sequence)) twice++;
          told.set(frame.sequence, frame.lost);
        }
      }
      if (message.seq >= state.last_seq) break;
    }
  return {
    made: Math.max(-1, ...told.keys()) + 1,
    arrived: told.size,
    lost: [...told.values()].reduce((sum, lost) => sum + lost, 0),
    twice,
  };
};
