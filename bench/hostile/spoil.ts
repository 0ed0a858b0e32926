// A million spoiled payloads through one decoder: what it took, what it refused and why, its slowest answer, and the memory it grew by.
import { seededRandom } from '@fenghuo/kit';
import { Refusal } from '../../collector/receive/refusal.ts';
import { decoders } from '../../collector/receive/testing/decoders.ts';
import { mutated, ways } from '../../collector/receive/testing/mutate.ts';
import { realPayloads } from '../../collector/receive/testing/payloads.ts';

export type SpoilRow = {
  readonly decoder: string;
  readonly payloads: number;
  readonly taken: number;
  readonly refused: Readonly<Record<string, number>>;
  /** Payloads that threw anything but a refusal; none is allowed. */
  readonly crashed: number;
  /** Processor time of the slowest, ms. */
  readonly slowestMs: number;
  readonly microsEach: number;
  /** Resident memory at its highest above that after the first tenth, MB. */
  readonly grewMegabytes: number;
};

/** Runs `count` payloads through every decoder; `told` hears of each that is done, and of every crash. */
export const spoil = async (
  count: number,
  seed: number,
  nowMs: number,
  told: (row: SpoilRow) => void,
  crash: (what: string) => void,
): Promise<void> => {
  const payloads = await realPayloads(nowMs);
  const donors = Object.values(payloads);
  for (const { name, real, decode } of decoders(payloads, nowMs)) {
    const random = seededRandom(seed);
    const below = (n: number): number => Math.floor(random() * n);
    const refused: Record<string, number> = {};
    let [taken, crashed, slowest, base, peak] = [0, 0, 0, 0, 0];
    const began = process.cpuUsage();
    for (let i = 0; i < count; i++) {
      const mutations = Array.from({ length: below(2) === 0 ? 1 : 1 + below(4) }, () => ({
        way: ways[below(ways.length)]!,
        at: below(1e6),
        n: below(1e6),
      }));
      const bytes = mutated(real, mutations, donors[below(donors.length)]!);
      const from = process.cpuUsage();
      try {
        decode(bytes);
        taken++;
      } catch (error) {
        if (error instanceof Refusal) refused[error.reason] = (refused[error.reason] ?? 0) + 1;
        else {
          crashed++;
          crash(`${name}, payload ${i} of seed ${seed}: ${error instanceof Error ? error.stack : String(error)}`);
        }
      }
      const used = process.cpuUsage(from);
      slowest = Math.max(slowest, used.user);
      if (i % 1_000 === 0) {
        const rss = process.memoryUsage.rss();
        if (i >= count / 10 && base === 0) base = rss;
        peak = Math.max(peak, rss);
      }
    }
    const all = process.cpuUsage(began);
    told({
      decoder: name,
      payloads: count,
      taken,
      refused,
      crashed,
      slowestMs: slowest / 1_000,
      microsEach: (all.user + all.system) / count,
      grewMegabytes: Math.max(0, peak - (base || peak)) / 1_048_576,
    });
  }
};
