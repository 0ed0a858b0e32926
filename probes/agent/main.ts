// The host agent: /proc and /sys once a second, as one frame on the bus.
import { hostname } from 'node:os';
import { connectBus, runService } from '@fenghuo/kit';
import { limits, partitionOf, schemasBucket, subjects } from '@fenghuo/rules/contract';
import { Assembler } from '../node/assemble.ts';
import { Outbox } from '../node/outbox.ts';
import { listMetrics } from './list.ts';
import { kernelText, Sampler } from './sample.ts';

const ANNOUNCE_EVERY_TICKS = 30;

/** Runs until told to stop; `--list` prints the metrics instead. */
export const run = async (args: readonly string[] = []): Promise<void> => {
  if (args.includes('--list')) {
    for (const { metric, unit, kind, class: of } of listMetrics())
      process.stdout.write(`${metric}\t${unit}\t${kind}\t${of}\n`);
    return;
  }
  await runService('agent', async ({ config, clock, log }) => {
    const host = hostname();
    const id = `host@${host}`;
    const partition = partitionOf(id, config.partitions);
    const incarnation = Math.floor(clock.now());
    const assembler = new Assembler(id, incarnation, { host });
    const sampler = new Sampler();
    const bus = await connectBus(config, 'agent');
    const outbox = new Outbox(
      async ({ subject, bytes, id: msgId }) => void (await bus.publish(subject, bytes, { msgId })),
      (ms, fn) => void clock.after(ms, fn),
    );
    let stopped = false;
    let ticks = 0;
    const tick = (timeMs: number): void => {
      const made = assembler.assemble(timeMs, sampler.sample(kernelText), [], outbox.takeLost());
      if (made.schemaIsNew || ticks++ % ANNOUNCE_EVERY_TICKS === 0) {
        const bytes = new TextEncoder().encode(JSON.stringify(made.schema));
        outbox.put({ subject: subjects.schema(partition, id), bytes, id: `${id}-${incarnation}-s${made.sequence}` });
        bus.kvm
          .open(schemasBucket)
          .then((bucket) => bucket.put(made.schema.hash, bytes))
          .catch((error: unknown) => log.warn({ err: error }, 'schema was not kept by its hash'));
      }
      outbox.put({
        subject: subjects.frame(partition, id),
        bytes: made.frame,
        id: `${id}-${incarnation}-${made.sequence}`,
      });
    };
    const plan = (): void => {
      if (stopped) return;
      const now = clock.now();
      const next = Math.floor(now / limits.tickMs) * limits.tickMs + limits.tickMs;
      clock.after(next - now + 10, () => {
        try {
          tick(next);
        } catch (error) {
          log.warn({ err: error }, 'a tick was not read');
        }
        plan();
      });
    };
    plan();
    return {
      stop: async () => {
        stopped = true;
        await bus.close();
      },
    };
  });
};
