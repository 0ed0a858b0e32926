// Simulated probes: each plays the recording from a place of its own, a frame a second, and keeps a ledger of what NATS has acknowledged.
import type { Bus, Clock } from '@fenghuo/kit';
import { encodeFrame, type FrameSchema, hash64, subjects } from '@fenghuo/rules/contract';
import { recordedSchema } from './recorded-schema.ts';
import type { Recording } from './recording.ts';

type Ledger = { count: number; sum: number };
type Probe = {
  readonly schema: FrameSchema;
  readonly hash: string;
  readonly subject: string;
  /** Place in the recording at which it begins. */
  readonly from: number;
  readonly ledger: Ledger;
};

/** Publishes under way: enough for a second of the largest fleet, so that a pause of NATS makes nobody late but its own frames. */
const FLYING_MAX = 4_096;
/** Within a second the probes send in so many steps, each a share of them. */
const STEPS = 50;

export class Fleet {
  announcedSeq = 0;
  /** Highest sequence that NATS has acknowledged. */
  lastSeq = 0;
  private readonly probes: readonly Probe[];
  /** Epoch ms at which the message of a sequence was sent. */
  private readonly sentMs: number[] = [];
  private readonly bus: Bus;
  private readonly clock: Clock;
  private readonly recording: Recording;
  private readonly rows: readonly Float64Array[];

  constructor(bus: Bus, clock: Clock, recording: Recording, probes: number, columns: number) {
    this.bus = bus;
    this.clock = clock;
    this.recording = recording;
    const used = recording.columns.slice(0, columns);
    this.rows = recording.rows.map((row) => Float64Array.from(used, (_, i) => row[i]!));
    this.probes = Array.from({ length: probes }, (_, i) => this.probe(i, columns));
  }

  async announce(): Promise<void> {
    const under = new Set<Promise<void>>();
    for (const { schema } of this.probes) {
      const put = this.bus.publish(subjects.schema(0, schema.probe), JSON.stringify(schema)).then(({ seq }) => {
        this.announcedSeq = Math.max(this.announcedSeq, seq);
        under.delete(put);
      });
      under.add(put);
      if (under.size >= 64) await Promise.race(under);
    }
    await Promise.all(under);
    this.lastSeq = this.announcedSeq;
  }

  /** Sends for so many seconds; resolves when all is acknowledged. */
  async run(seconds: number): Promise<{ readonly samples: number; readonly seconds: number; readonly lateMs: number }> {
    const under = new Set<Promise<void>>();
    const startMs = Math.ceil(this.clock.now() / 1_000) * 1_000;
    let [samples, lateMs] = [0, 0];
    for (let step = 0; step < seconds * STEPS; step++) {
      const dueMs = startMs + (step * 1_000) / STEPS;
      const wait = dueMs - this.clock.now();
      if (wait > 0) await this.clock.sleep(wait);
      else lateMs = Math.max(lateMs, -wait);
      const tick = Math.floor(step / STEPS);
      for (let i = step % STEPS; i < this.probes.length; i += STEPS) {
        const probe = this.probes[i]!;
        const values = this.rows[(probe.from + tick) % this.rows.length]!;
        const sent = this.send(probe, startMs + tick * 1_000, tick, values).finally(() => under.delete(sent));
        under.add(sent);
        samples += values.length;
        if (under.size >= FLYING_MAX) await Promise.race(under);
      }
    }
    await Promise.all(under);
    return { samples, seconds: (this.clock.now() - startMs) / 1_000, lateMs };
  }

  /** One message more, that is no frame; answers its sequence. */
  async nudge(): Promise<number> {
    const { schema } = this.probes[0]!;
    return (await this.bus.publish(subjects.schema(0, schema.probe), JSON.stringify(schema))).seq;
  }

  /** How long ago the first message after `seq` was sent; 0 where there is none. */
  ageMs(seq: number): number {
    const sent = seq >= this.lastSeq ? undefined : this.sentMs[Math.max(seq, this.announcedSeq) + 1];
    return sent === undefined ? 0 : this.clock.now() - sent;
  }

  /** Probes whose count or sum in the store is not the ledger's. */
  differences(stored: ReadonlyMap<string, { readonly count: number; readonly sum: number }>): number {
    return this.probes.filter(({ hash, ledger }) => {
      const found = stored.get(hash) ?? { count: 0, sum: 0 };
      return found.count !== ledger.count || Math.abs(found.sum - ledger.sum) > 1e-9 * Math.abs(ledger.sum);
    }).length;
  }

  private async send(
    { schema, hash, subject, ledger }: Probe,
    timeMs: number,
    sequence: number,
    values: Float64Array,
  ): Promise<void> {
    const sentMs = this.clock.now();
    const bytes = encodeFrame({ schema: schema.hash, probe: hash, incarnation: 1, sequence, lost: 0, timeMs, values });
    const { seq } = await this.bus.publish(subject, bytes, { msgId: `${schema.probe}-1-${sequence}` });
    this.sentMs[seq] = sentMs;
    this.lastSeq = Math.max(this.lastSeq, seq);
    for (const value of values) {
      ledger.count++;
      ledger.sum += value;
    }
  }

  private probe(i: number, columns: number): Probe {
    const name = `unit-${String(i).padStart(5, '0')}`;
    const schema = recordedSchema(name, this.recording.columns.slice(0, columns));
    return {
      schema,
      hash: hash64(schema.probe),
      subject: subjects.frame(0, schema.probe),
      from: i * 7,
      ledger: { count: 0, sum: 0 },
    };
  }
}
