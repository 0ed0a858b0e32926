// `npm run bench:detect`: samples a second on one core and bytes a series of the live engine's detectors.
import { bytesPerSeries, DetectorBank, seasonBytes } from '@fenghuo/analyzer/detect';
import { seededRandom } from '@fenghuo/kit';

const SERIES = 20_000;
const ROUNDS = 150;
const WARM_ROUNDS = 300;

const random = seededRandom(1);
const noise = Float64Array.from({ length: 4_096 }, () => 0.05 * Math.exp(0.4 * (random() + random() + random() - 1.5)));
const bank = new DetectorBank();
for (let i = 0; i < SERIES; i++)
  bank.add(
    {
      id: i.toString(16).padStart(16, '0'),
      entity: `service-${i % 1000}`,
      metric: 'http.client.request.duration',
      unit: i % 2 === 0 ? 's' : '1',
      class: i % 2 === 0 ? 'latency' : 'resource',
      kind: 'gauge',
      bad: 'up',
    },
    1_000,
  );
let began = 0;
let start = 0;
for (let round = 0; round < ROUNDS + WARM_ROUNDS; round++) {
  if (round === WARM_ROUNDS) start = process.cpuUsage().user;
  const timeMs = 1_700_000_000_000 + round * 1_000;
  for (let i = 0; i < SERIES; i++) if (bank.push(i, timeMs, noise[(i * 31 + round * 7919) & 4_095]!) === 1) began++;
}
// Processor time, not the clock's: the figure is per core, whatever else the machine does.
const seconds = (process.cpuUsage().user - start) / 1e6;
process.stdout.write(
  `${((SERIES * ROUNDS) / seconds / 1e6).toFixed(2)} million samples/s on one core (${SERIES} series, ${ROUNDS} rounds, ${began} anomalies)\n` +
    `${bytesPerSeries()} bytes a series, ${seasonBytes} more with a profile of the hours\n`,
);
