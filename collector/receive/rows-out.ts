// Rows that are kept whole (spans), onto NATS as lines of JSON: the request that brought them is answered when they are acknowledged.
import { createHash } from 'node:crypto';
import type { Bus, Clock } from '@fenghuo/kit';
import { receiveLimits } from './limits.ts';
import { busRefusal, within } from './publish.ts';

/** Publishes rows in as few messages as hold them; a repeat within NATS' window is stored once. Rejects with Refusal. */
export const publishRows = async (
  bus: Pick<Bus, 'publish'>,
  clock: Clock,
  subject: string,
  rows: readonly Readonly<Record<string, unknown>>[],
): Promise<void> => {
  const timeoutMs = receiveLimits.publishMsMax;
  const acks = messagesOf(rows).map((lines) =>
    bus.publish(subject, lines, { msgId: createHash('sha1').update(lines).digest('base64url'), timeoutMs }),
  );
  try {
    await within(clock, Promise.all(acks), timeoutMs);
  } catch (error) {
    for (const ack of acks) ack.catch(() => undefined);
    throw busRefusal(error);
  }
};

const messagesOf = (rows: readonly object[]): string[] => {
  const messages: string[] = [];
  let lines: string[] = [];
  let bytes = 0;
  for (const row of rows) {
    const line = JSON.stringify(row);
    const size = Buffer.byteLength(line) + 1;
    if (bytes + size > receiveLimits.rowsBytesMax && lines.length > 0) {
      messages.push(lines.join('\n'));
      lines = [];
      bytes = 0;
    }
    lines.push(line);
    bytes += size;
  }
  if (lines.length > 0) messages.push(lines.join('\n'));
  return messages;
};
