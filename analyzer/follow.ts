// The stream as the engine must have it: every message once and in order. What a broken connection lost on its way is read again:
// the engine acknowledges all up to a message, so whatever it skipped would be gone without a word.
import { type Bus, OpsError } from '@fenghuo/kit';
import { AckPolicy, type ConsumerMessages, DeliverPolicy, type JsMsg } from '@nats-io/jetstream';

/** Messages under way and not acknowledged: a second of the largest fleet, and 200 MB where all of them are announcements. */
const UNACKED_MAX = 4_000;
/**
 * Messages that NATS may send at once: with 1 MiB each below the 64 MB at which it takes us for a slow consumer and hangs up.
 * Not a bound in bytes: such a pull of this client stands still for its whole 30 s now and then, under a trickle of ten messages a second.
 */
const UNDER_WAY_MAX = 50;
/** Nothing is to be sent again because we are slow: that something was lost is seen at the next message. */
const ACK_WAIT_NS = 600e9;

export class Follower {
  /** How often the stream was read again from where it had broken. */
  restarts = 0;
  private readonly bus: Bus;
  private readonly stream: string;
  private readonly durable: string;
  private seq: number;
  private messages: ConsumerMessages | undefined;
  private isStopping = false;
  private isBroken = false;

  /** @param seq the last sequence that was taken in */
  constructor(bus: Bus, stream: string, durable: string, seq: number) {
    this.bus = bus;
    this.stream = stream;
    this.durable = durable;
    this.seq = seq;
    void this.watchLink();
  }

  /** Messages until stopped. Throws OpsError `bus_refused` where the consumer ends by itself. */
  async *read(): AsyncGenerator<JsMsg> {
    while (!this.isStopping) {
      const messages = await this.begin();
      let delivery = 0;
      for await (const m of messages) {
        if (m.info.deliverySequence !== ++delivery) {
          this.isBroken = true;
          break;
        }
        this.seq = m.seq;
        yield m;
      }
      if (this.isStopping) return;
      if (!this.isBroken) throw new OpsError('bus_refused', `${this.stream}: the consumer ended`, { retry: 'later' });
      this.restarts++;
    }
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    await this.messages?.close();
  }

  /** What an old consumer had under way would come only after a time-out and out of order: a new one starts right behind the position. */
  async begin(): Promise<ConsumerMessages> {
    if (this.messages !== undefined && !this.isBroken) return this.messages;
    const { jsm, js } = this.bus;
    // There may be none: the first start, or a NATS that was made anew. Anything else shows at the next request.
    await jsm.consumers.delete(this.stream, this.durable).catch(() => undefined);
    await jsm.consumers.add(this.stream, {
      durable_name: this.durable,
      ack_policy: AckPolicy.All,
      ack_wait: ACK_WAIT_NS,
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: this.seq + 1,
      max_ack_pending: UNACKED_MAX,
    });
    const consumer = await js.consumers.get(this.stream, this.durable);
    this.isBroken = false;
    this.messages = await consumer.consume({ max_messages: UNDER_WAY_MAX });
    return this.messages;
  }

  private async watchLink(): Promise<void> {
    for await (const { type } of this.bus.nc.status()) {
      if (type !== 'reconnect' || this.messages === undefined || this.isStopping) continue;
      this.isBroken = true;
      await this.messages.close();
    }
  }
}
