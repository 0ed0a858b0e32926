// The host agent: /proc and /sys once a second, as one frame on the bus.
import { hostname } from 'node:os';
import { connectBus, ports, runService, serveHealth } from '@fenghuo/kit';
import { limits, partitionOf, schemasBucket, subjects } from '@fenghuo/rules/contract';
import { Frames } from './frames.ts';
import { kernelText, Sampler } from './sample.ts';

const ANNOUNCE_EVERY_TICKS = 30;
/** More unsent messages than this: NATS does not take them, so the host is not being reported. */
const READY_WAITING_MAX = 10;

/** Reads this host every second until told to stop. */
export const run = async (): Promise<void> => {
  await runService('agent', async ({ config, clock, log, self }) => {
    const host = hostname();
    const id = `host@${host}`;
    const partition = partitionOf(id, config.partitions);
    const incarnation = Math.floor(clock.now());
    const frames = new Frames(id, incarnation, host);
    const sampler = new Sampler();
    const bus = await connectBus(config, 'agent');
    let stopped = false;
    let waiting = 0;
    let lost = 0;
    // Kept until stored, in bounds; the message id, or a frame's own number, makes a second delivery harmless.
    const send = async (subject: string, bytes: Uint8Array, msgId?: string): Promise<void> => {
      if (waiting >= limits.probeBufferFramesMax) {
        lost++;
        return;
      }
      waiting++;
      // Three tries end while its readers know the numbers of its last frames.
      for (let tries = 0; !stopped; tries++) {
        try {
          await bus.publish(subject, bytes, msgId === undefined ? {} : { msgId });
          break;
        } catch {
          if (tries === 2) {
            lost++;
            break;
          }
          await clock.sleep(500);
        }
      }
      waiting--;
    };
    let ticks = 0;
    const tick = (timeMs: number): void => {
      const made = frames.make(timeMs, sampler.sample(kernelText), lost);
      lost = 0;
      if (made.isNew || ticks++ % ANNOUNCE_EVERY_TICKS === 0) {
        const bytes = new TextEncoder().encode(JSON.stringify(made.schema));
        void send(subjects.schema(partition, id), bytes, `${id}-${incarnation}-s${made.sequence}`);
        bus.kvm
          .open(schemasBucket)
          .then((bucket) => bucket.put(made.schema.hash, bytes))
          .catch((error: unknown) => log.warn({ err: error }, 'schema was not kept by its hash'));
      }
      void send(subjects.frame(partition, id), made.bytes);
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
    const health = await serveHealth({
      host: config.host,
      port: ports.agent + config.portShift,
      self,
      ready: () => waiting < READY_WAITING_MAX,
    });
    plan();
    return {
      stop: async () => {
        stopped = true;
        await health.close();
        await bus.close();
      },
    };
  });
};
