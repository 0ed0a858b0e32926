// A probe for tests: it sends frames until NATS has acknowledged each, and keeps a ledger of what it sent.
import { type Bus, realClock } from '@fenghuo/kit';
import {
  encodeFrame,
  type FrameSchema,
  frameSchema,
  hash64,
  schemaHash,
  seriesId,
  subjects,
} from '@fenghuo/rules/contract';

export type Ledger = { count: number; sum: number };

export const schemaOf = (probe: string, columns: number): FrameSchema => {
  const resource = { service: probe.split('@')[0] ?? probe, instance: probe };
  const content = {
    resource,
    listens: [],
    columns: Array.from({ length: columns }, (_, i) => ({
      id: seriesId(resource, `m${i}`, undefined, {}),
      metric: `m${i}`,
      unit: '1',
      kind: 'gauge' as const,
      class: 'resource' as const,
      attributes: {},
    })),
  };
  return frameSchema.parse({ v: 1, probe, incarnation: 1, hash: schemaHash(content), ...content });
};

export class Sender {
  /** Of what NATS has acknowledged. */
  readonly ledger: Ledger = { count: 0, sum: 0 };
  readonly schema: FrameSchema;
  /** The frame that was sent last. */
  last: Uint8Array = new Uint8Array();
  private sequence = 0;
  private readonly bus: Bus;

  constructor(bus: Bus, probe: string, columns: number) {
    this.bus = bus;
    this.schema = schemaOf(probe, columns);
  }

  async announce(): Promise<void> {
    await this.bus.publish(subjects.schema(0, this.schema.probe), JSON.stringify(this.schema));
  }

  /** The next frame, some values missing; whole numbers, so that sums are exact in any order. */
  frame(timeMs: number): { readonly bytes: Uint8Array; readonly values: Float64Array } {
    const sequence = this.sequence++;
    const values = Float64Array.from(this.schema.columns, (_, i) =>
      i % 17 === sequence % 17 ? Number.NaN : sequence * 1_000 + i,
    );
    const { hash: schema, probe, incarnation } = this.schema;
    const bytes = encodeFrame({ schema, probe: hash64(probe), incarnation, sequence, lost: 0, timeMs, values });
    return { bytes, values };
  }

  /** Sends a frame until it is acknowledged, then enters it. */
  async send(timeMs: number): Promise<void> {
    const { bytes, values } = this.frame(timeMs);
    this.last = bytes;
    await insist(() => this.bus.publish(subjects.frame(0, this.schema.probe), bytes, { timeoutMs: 2_000 }));
    for (const value of values) {
      if (Number.isNaN(value)) continue;
      this.ledger.count++;
      this.ledger.sum += value;
    }
  }
}

/** Repeats until it succeeds; a message's id, or a frame's number, makes a repeat harmless. */
export const insist = async (work: () => Promise<unknown>): Promise<void> => {
  for (;;) {
    try {
      await work();
      return;
    } catch {
      await realClock.sleep(100);
    }
  }
};
