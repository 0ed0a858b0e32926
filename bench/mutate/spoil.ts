// Spoiled payloads through one decoder: what it took, what it refused and why, its slowest answer, and the memory it grew by.
import { seededRandom } from '@fenghuo/kit';
import { mutated, ways } from '../../collector/receive/testing/mutate.ts';
import type { Spoiled } from './decoders.ts';

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
  /** What was thrown first, and for which payload. */
  readonly crash?: string;
};

/** Runs `count` payloads through a decoder, payload i being the same for one seed and decoder; `at` hears how far it has come. */
export const spoil = async (
  { name, real, judge }: Spoiled,
  donors: readonly Uint8Array[],
  count: number,
  seed: number,
  at: (payload: number) => void,
): Promise<SpoilRow> => {
  // As it is it must be taken: else what follows would only test the first check.
  const asItIs = await judge(real);
  if (asItIs !== undefined) throw new Error(`${name} refuses what is not spoiled: ${asItIs}`);
  const random = seededRandom(seed);
  const below = (n: number): number => Math.floor(random() * n);
  const refused: Record<string, number> = {};
  let [taken, crashed, slowest, base, peak] = [0, 0, 0, 0, 0];
  let crash: string | undefined;
  const began = process.cpuUsage();
  for (let i = 0; i < count; i++) {
    const mutations = Array.from({ length: below(2) === 0 ? 1 : 1 + below(4) }, () => ({
      way: ways[below(ways.length)]!,
      at: below(1e6),
      n: below(1e6),
    }));
    const bytes = mutated(real, mutations, donors[below(donors.length)]!);
    at(i);
    const from = process.cpuUsage();
    try {
      const reason = await judge(bytes);
      if (reason === undefined) taken++;
      else refused[reason] = (refused[reason] ?? 0) + 1;
    } catch (error) {
      crashed++;
      crash ??= `payload ${i} of seed ${seed}: ${error instanceof Error ? error.stack : String(error)}`;
    }
    slowest = Math.max(slowest, process.cpuUsage(from).user);
    if (i % 1_000 === 0) {
      const rss = process.memoryUsage.rss();
      if (i >= count / 10 && base === 0) base = rss;
      peak = Math.max(peak, rss);
    }
  }
  const all = process.cpuUsage(began);
  return {
    decoder: name,
    payloads: count,
    taken,
    refused,
    crashed,
    slowestMs: slowest / 1_000,
    microsEach: (all.user + all.system) / count,
    grewMegabytes: Math.max(0, peak - (base || peak)) / 1_048_576,
    ...(crash === undefined ? {} : { crash }),
  };
};
