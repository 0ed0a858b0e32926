// What cannot be kept goes to the dead letters with its reason and where it stood: counted, never lost in silence.
import type { Bus, SelfMetrics } from '@fenghuo/kit';
import { deadLetterHeaders, subjects } from '@fenghuo/rules/contract';
import type { JsMsg } from '@nats-io/jetstream';
import type { Patience } from './patience.ts';

/** Why a message is refused: a code that the counter, the subject and the header carry. */
export type Refusal = string;
export type Refuse = (reason: Refusal, message: JsMsg) => Promise<void>;

/** Refuses messages of a stream; resolves once the letter is stored, so that nothing passes it. */
export const deadLetters = (
  bus: Bus,
  self: SelfMetrics,
  patience: Patience,
  stream: { readonly name: string; readonly id: string },
): Refuse => {
  const refused = self.counter('fenghuo.collector.refused', '{message}', 'messages that were refused, by reason');
  return async (reason, message) => {
    refused.add(1, { reason });
    await patience.until('a dead letter', () =>
      bus.publish(subjects.deadLetter(reason), message.data, {
        msgId: `${stream.id}-${message.seq}`,
        headers: {
          [deadLetterHeaders.reason]: reason,
          [deadLetterHeaders.subject]: message.subject,
          [deadLetterHeaders.stream]: stream.name,
          [deadLetterHeaders.seq]: String(message.seq),
        },
      }),
    );
  };
};
