// `npm run bench:detect`: samples a second on one core and bytes a series of the live engine's detectors.
// Streams are of five kinds, heavy-tailed, drifting, sparse, with samples missing; the time to make them is not counted.
import { BATCH, bytesPerSeries, DetectorBank, seasonBytes } from '@fenghuo/analyzer/detect';
import { seededRandom } from '@fenghuo/kit';
import { metaOf, streams } from './simulate/streams.ts';

/** Samples a size is measured over. */
const MEASURED = 6_000_000;
/** Samples of each series before that: a series of some minutes still learns its tails and is beyond them more often, as after a start. */
const AGES = [300, 1_800] as const;
/** Samples that are timed together, and which of these timings is told beside the whole: whoever else uses the machine can only make one longer. */
const SLICE = 300_000;
const UNDISTURBED = 0.25;
/** Samples made at once: frames of many series come one after the other. */
const MADE = 20_000;

const measure = (size: number, age: number): string => {
  const value = streams(seededRandom(1));
  const bank = new DetectorBank();
  for (let i = 0; i < size; i++) bank.add(metaOf(i), 1_000);
  const made = new Float64Array(MADE);
  const indices = Uint32Array.from({ length: size }, (_, i) => i);
  const slices = [{ samples: 0, seconds: 0 }];
  let began = 0;
  const rounds = age + Math.ceil(MEASURED / size);
  const perBatch = Math.max(1, Math.floor(MADE / size));
  for (let round = 0; round < rounds; round += perBatch)
    for (let first = 0; first < size; first += MADE) {
      const count = Math.min(MADE, size - first);
      for (let k = 0; k < perBatch; k++)
        for (let i = 0; i < count; i++) made[k * count + i] = value(first + i, round + k);
      const those = indices.subarray(first);
      const start = process.cpuUsage().user;
      for (let k = 0; k < perBatch; k++) {
        const timeMs = 1_700_000_000_000 + (round + k) * 1_000;
        const row = made.subarray(k * count, (k + 1) * count);
        for (let i = 0; i < count; i += BATCH) {
          const some = Math.min(BATCH, count - i);
          const turns = bank.pushSome(those, i, some, timeMs, row);
          for (let j = 0; j < some; j++) if (turns[j] === 1) began++;
        }
      }
      // Processor time, not the clock's: the figure is per core, whatever else the machine does.
      if (round < age) continue;
      const slice = slices.at(-1)!;
      slice.seconds += (process.cpuUsage().user - start) / 1e6;
      slice.samples += perBatch * count;
      if (slice.samples >= SLICE) slices.push({ samples: 0, seconds: 0 });
    }
  const samples = slices.reduce((sum, slice) => sum + slice.samples, 0);
  const seconds = slices.reduce((sum, slice) => sum + slice.seconds, 0);
  const speeds = slices.filter((slice) => slice.samples >= SLICE).map((slice) => slice.samples / slice.seconds);
  const undisturbed = speeds.sort((a, b) => b - a)[Math.floor(UNDISTURBED * speeds.length)] ?? 0;
  return `${String(size).padStart(7)} series, ${age} samples old: ${(samples / seconds / 1e6).toFixed(2)} million samples/s of one core, ${(undisturbed / 1e6).toFixed(2)} in its better quarter (${samples} samples, ${began} anomalies)`;
};

for (const age of AGES) for (const size of [1_000, 20_000, 200_000]) process.stdout.write(`${measure(size, age)}\n`);
process.stdout.write(`${bytesPerSeries()} bytes a series, ${seasonBytes} more with a profile of the hours\n`);
