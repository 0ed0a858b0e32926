// Kernel-wide limits and the scheduler: how near the host is to running out of inodes, processes, tracked connections.
import type { Put, ReadText } from '../reading.ts';

const figures: readonly (readonly [path: string, at: number, metric: string, unit: string])[] = [
  ['/proc/sys/fs/inode-nr', 0, 'system.linux.inodes.allocated', '{inode}'],
  ['/proc/sys/fs/inode-nr', 1, 'system.linux.inodes.free', '{inode}'],
  ['/proc/sys/fs/dentry-state', 0, 'system.linux.dentries.allocated', '{dentry}'],
  ['/proc/sys/fs/dentry-state', 1, 'system.linux.dentries.unused', '{dentry}'],
  ['/proc/sys/kernel/random/entropy_avail', 0, 'system.linux.entropy.available', 'bit'],
  ['/proc/sys/kernel/threads-max', 0, 'system.linux.thread.limit', '{thread}'],
  ['/proc/sys/kernel/pid_max', 0, 'system.linux.pid.limit', '{process}'],
  ['/proc/sys/net/netfilter/nf_conntrack_count', 0, 'system.linux.conntrack.usage', '{connection}'],
  ['/proc/sys/net/netfilter/nf_conntrack_max', 0, 'system.linux.conntrack.limit', '{connection}'],
];

export const readKernel = (read: ReadText, put: Put): void => {
  for (const [path, at, metric, unit] of figures) {
    const value = Number.parseInt(read(path).trim().split(/\s+/)[at] ?? '', 10);
    if (!Number.isNaN(value)) put(metric, unit, 'gauge', value);
  }
  const threads = Number(/ \d+\/(\d+) /.exec(read('/proc/loadavg'))?.[1] ?? Number.NaN);
  if (!Number.isNaN(threads)) put('system.linux.thread.count', '{thread}', 'gauge', threads);
  const processors = read('/proc/stat').match(/^cpu\d+ /gm)?.length ?? 0;
  if (processors > 0) put('system.cpu.logical.count', '{cpu}', 'gauge', processors);
  readScheduler(read('/proc/schedstat'), put);
};

/** Time that tasks ran and waited for a processor, summed; kernels without CONFIG_SCHEDSTATS have no such file. */
const readScheduler = (text: string, put: Put): void => {
  const rows = [...text.matchAll(/^cpu\d+ (.*)$/gm)].map(([, rest]) => (rest ?? '').split(' ').map(Number));
  if (rows.length === 0) return;
  const sum = (at: number): number => rows.reduce((total, row) => total + (row[at] ?? 0), 0);
  put('system.linux.sched.run_time', 's', 'total', sum(6) / 1e9);
  put('system.linux.sched.wait_time', 's', 'total', sum(7) / 1e9);
  put('system.linux.sched.timeslices', '{timeslice}', 'total', sum(8));
};
