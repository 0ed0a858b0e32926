// What one look reads of many series is what each series' ring holds.
import { expect, test } from 'vitest';
import { DetectorBank } from './detect/bank.ts';
import { Samples } from './samples.ts';

const meta = { entity: 'a', metric: 'm', unit: 's', class: 'latency', kind: 'gauge', bad: 'up' } as const;

test("samples since a time are the ring's own, missing ones included, over many buffers", () => {
  const bank = new DetectorBank();
  for (let i = 0; i < 900; i++) bank.add({ ...meta, id: String(i) }, 1_000);
  for (let t = 1; t <= 40; t++)
    for (let i = 0; i < 900; i++)
      if (i % 7 !== 0 || t % 3 !== 0) bank.push(i, t * 1_000, i % 5 === t ? Number.NaN : i + t);
  const samples = new Samples(bank);
  for (const fromMs of [0, 20_500, 33_000, 90_000])
    for (let i = 0; i < 900; i++) {
      const { timesMs, values } = bank.recent(i);
      const from = timesMs.filter((time) => time < fromMs).length;
      const seen = samples.since(i, fromMs);
      expect([...seen.values]).toEqual([...values.subarray(from)]);
      expect([...seen.timesMs]).toEqual([...timesMs.subarray(from)]);
    }
});
