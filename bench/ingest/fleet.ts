// Simulated probes: each plays the recording from a place of its own, a frame a second, and keeps a ledger of what NATS has acknowledged.
// They share one subscription to the acknowledgements: a promise a message cost the generator more than the sending.
import { type Bus, type Clock, OpsError } from '@fenghuo/kit';
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

/** A message that NATS has not acknowledged yet. */
type Flying = { readonly probe: Probe; readonly row: Row; readonly sentMs: number };
/** A tick of the recording, and what a ledger adds for it. */
type Row = { readonly values: Float64Array; readonly sum: number };

/** Publishes under way: enough for a second of the largest fleet, so that a pause of NATS makes nobody late but its own frames. */
const FLYING_MAX = 4_096;
/** Within a second the probes send in so many steps, each a share of them. */
const STEPS = 50;
/** What is not acknowledged so long after the last message is not counted as sent. */
const ANSWER_MS_MAX = 10_000;
const INBOX = '_INBOX.fleet.bench';

export class Fleet {
  announcedSeq = 0;
  /** Highest sequence that NATS has acknowledged. */
  lastSeq = 0;
  /** Ticks that each probe has sent. */
  private ticks = 0;
  private readonly probes: readonly Probe[];
  /** Epoch ms at which the message of a sequence was sent. */
  private readonly sentMs: number[] = [];
  private readonly bus: Bus;
  private readonly clock: Clock;
  private readonly recording: Recording;
  private readonly rows: readonly Row[];
  private readonly flying = new Map<number, Flying>();
  private landed: () => void = () => undefined;

  constructor(bus: Bus, clock: Clock, recording: Recording, probes: number) {
    this.bus = bus;
    this.clock = clock;
    this.recording = recording;
    this.rows = recording.rows.map((row) => {
      const values = Float64Array.from(row);
      return { values, sum: values.reduce((sum, value) => sum + value, 0) };
    });
    this.probes = Array.from({ length: probes }, (_, i) => this.probe(i));
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

  /** Sends for so many seconds; resolves when all is acknowledged. Throws OpsError `bus_refused` where NATS refuses a message. */
  async run(seconds: number): Promise<{ readonly samples: number; readonly seconds: number; readonly lateMs: number }> {
    let refusal: string | undefined;
    const answers = this.bus.nc.subscribe(`${INBOX}.*`, {
      callback: (error, answer) => {
        const { seq, error: refused } = error === null ? answer.json<{ seq?: number; error?: unknown }>() : {};
        if (seq === undefined) refusal = JSON.stringify(refused ?? String(error));
        else this.acknowledged(Number(answer.subject.slice(INBOX.length + 1)), seq);
      },
    });
    const startMs = Math.ceil(this.clock.now() / 1_000) * 1_000;
    const ticksBefore = this.ticks;
    this.ticks += seconds;
    let [sent, lateMs] = [0, 0];
    for (let step = 0; step < seconds * STEPS && refusal === undefined; step++) {
      const dueMs = startMs + (step * 1_000) / STEPS;
      const wait = dueMs - this.clock.now();
      if (wait > 0) await this.clock.sleep(wait);
      else lateMs = Math.max(lateMs, -wait);
      const tick = Math.floor(step / STEPS);
      for (let i = step % STEPS; i < this.probes.length; i += STEPS) {
        this.send(this.probes[i]!, startMs + tick * 1_000, ticksBefore + tick, sent++);
        if (this.flying.size >= FLYING_MAX) await this.answered(FLYING_MAX - 1);
      }
    }
    await this.answered(0);
    answers.unsubscribe();
    if (refusal !== undefined) throw new OpsError('bus_refused', `NATS refused a frame: ${refusal}`);
    const samples = (sent - this.flying.size) * (this.rows[0]?.values.length ?? 0);
    return { samples, seconds: (this.clock.now() - startMs) / 1_000, lateMs };
  }

  /** Resolves when at most so many messages are not acknowledged, or after a while. */
  private async answered(most: number): Promise<void> {
    const endMs = this.clock.now() + ANSWER_MS_MAX;
    while (this.flying.size > most && this.clock.now() < endMs) {
      const one = new Promise<void>((done) => {
        this.landed = done;
      });
      await Promise.race([this.clock.sleep(100), one]);
    }
  }

  private acknowledged(n: number, seq: number): void {
    const of = this.flying.get(n);
    if (of === undefined) return;
    this.flying.delete(n);
    this.sentMs[seq] = of.sentMs;
    this.lastSeq = Math.max(this.lastSeq, seq);
    of.probe.ledger.count += of.row.values.length;
    of.probe.ledger.sum += of.row.sum;
    this.landed();
  }

  /** One message more, that is no frame; answers its sequence. */
  async nudge(): Promise<number> {
    const { schema } = this.probes[0]!;
    const { seq } = await this.bus.publish(subjects.schema(0, schema.probe), JSON.stringify(schema));
    this.announcedSeq = seq;
    return seq;
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

  private send(probe: Probe, timeMs: number, sequence: number, n: number): void {
    const { schema, hash, subject, from } = probe;
    const row = this.rows[(from + sequence) % this.rows.length]!;
    const { values } = row;
    const bytes = encodeFrame({ schema: schema.hash, probe: hash, incarnation: 1, sequence, lost: 0, timeMs, values });
    this.flying.set(n, { probe, row, sentMs: this.clock.now() });
    this.bus.nc.publish(subject, bytes, { reply: `${INBOX}.${n}` });
  }

  private probe(i: number): Probe {
    const name = `unit-${String(i).padStart(5, '0')}`;
    const schema = recordedSchema(name, this.recording.columns);
    return {
      schema,
      hash: hash64(schema.probe),
      subject: subjects.frame(0, schema.probe),
      from: i * 7,
      ledger: { count: 0, sum: 0 },
    };
  }
}
