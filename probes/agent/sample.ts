// All readers of one tick, counters turned into what was added since the last one.
import { readFileSync } from 'node:fs';
import { classify } from '@fenghuo/rules/catalog';
import { readCpu, readMemory } from './cpu-memory.ts';
import { readCgroup, readDisks, readNetwork } from './disk-network.ts';
import type { Point } from './frames.ts';
import type { Put, Reading, ReadText } from './reading.ts';
import { readFilesystems } from './sources/filesystem.ts';
import { readKernel } from './sources/kernel.ts';
import { readProcesses } from './sources/processes.ts';
import { readSoftnet } from './sources/softnet.ts';

const readers: readonly ((read: ReadText, put: Put) => void)[] = [
  readCpu,
  readMemory,
  readDisks,
  readNetwork,
  readCgroup,
  readSoftnet,
  readKernel,
  (read, put) => readFilesystems(read, put),
  (_read, put) => readProcesses(put),
];

/** Reads a kernel file; a missing or forbidden one is empty, so its figures are missing and the others are not. */
export const kernelText: ReadText = (path) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};

export const readAll = (read: ReadText): Reading[] => {
  const readings: Reading[] = [];
  const put: Put = (metric, unit, kind, value, attributes = {}) =>
    void readings.push({ metric, unit, kind, value, attributes });
  for (const reader of readers) reader(read, put);
  return readings;
};

// A host's counters are evidence, never a reason to open an incident: what customers feel is measured elsewhere.
const hostClass = (metric: string, unit: string): 'saturation' | 'resource' =>
  classify(metric, unit).class === 'saturation' ? 'saturation' : 'resource';

export class Sampler {
  private readonly before = new Map<string, number>();

  /** The tick's points; a counter's first, and one that went back, is NaN: what was added is not known. */
  sample(read: ReadText): Point[] {
    const points: Point[] = readAll(read).map(({ metric, unit, kind, value, attributes }) => {
      const of = { metric, unit, attributes, class: hostClass(metric, unit) };
      if (kind === 'gauge') return { ...of, kind, value };
      const key = `${metric} ${Object.values(attributes).join()}`;
      const added = value - (this.before.get(key) ?? Number.NaN);
      this.before.set(key, value);
      return { ...of, kind: 'delta' as const, value: added >= 0 ? added : Number.NaN };
    });
    return [...points, cpuUtilization(points)];
  }
}

/** Busy share of all processors, 0…1, from the tick's own times; waiting for a disk is not being busy. */
export const cpuUtilization = (points: readonly Point[]): Point => {
  let busy = 0;
  let all = 0;
  for (const { metric, attributes, value } of points) {
    if (metric !== 'system.cpu.time') continue;
    all += value;
    if (attributes['cpu.mode'] !== 'idle' && attributes['cpu.mode'] !== 'iowait') busy += value;
  }
  const value = all > 0 ? busy / all : Number.NaN;
  return { metric: 'system.cpu.utilization', unit: '1', kind: 'gauge', class: 'saturation', attributes: {}, value };
};
