// Packets that wait for a processor: /proc/net/softnet_stat, one line of hexadecimal counters for each processor.
import type { Put, ReadText } from '../reading.ts';

const columns: readonly (readonly [at: number, name: string, unit: string])[] = [
  [0, 'processed', '{packet}'],
  [1, 'dropped', '{packet}'],
  [2, 'time_squeeze', '{event}'],
  [9, 'received_rps', '{event}'],
  [10, 'flow_limit', '{event}'],
];

/** Sums over the processors: a host that drops packets is the question, which processor did is not. */
export const readSoftnet = (read: ReadText, put: Put): void => {
  const rows = read('/proc/net/softnet_stat')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.trim().split(/\s+/));
  if (rows.length === 0) return;
  const sum = (at: number): number => rows.reduce((total, row) => total + Number.parseInt(row[at] ?? '0', 16), 0);
  for (const [at, name, unit] of columns) put(`system.linux.softnet.${name}`, unit, 'total', sum(at));
  put('system.linux.softnet.backlog', '{packet}', 'gauge', sum(11));
};
