// A stream's identity: its name and its birth. A stream made anew counts from 1 again and must not be taken for the old one.

import type { Bus } from '@fenghuo/kit';
import { hash64 } from '@fenghuo/rules/contract';

/** Id (16 hex digits) of a stream as it stands now, and the first and last sequence it keeps. */
export const streamId = async (
  bus: Bus,
  name: string,
): Promise<{ readonly id: string; readonly firstSeq: number; readonly lastSeq: number }> => {
  const info = await bus.jsm.streams.info(name);
  return { id: hash64(`${name} ${info.created}`), firstSeq: info.state.first_seq, lastSeq: info.state.last_seq };
};
