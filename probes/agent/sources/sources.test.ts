// Each source on a small text as the kernel writes it, with the sums worked out by hand.
import { expect, test } from 'vitest';
import { readCpu, readMemory } from '../cpu-memory.ts';
import { readCgroup, readDisks, readNetwork } from '../disk-network.ts';
import type { Put, Reading, ReadText } from '../reading.ts';
import { mountsOf, readFilesystems } from './filesystem.ts';
import { readKernel } from './kernel.ts';
import { readProcesses } from './processes.ts';
import { readSoftnet } from './softnet.ts';

const from = (reader: (read: ReadText, put: Put) => void, files: Readonly<Record<string, string>>) => {
  const readings: Reading[] = [];
  reader(
    (path) => files[path] ?? '',
    (metric, unit, kind, value, attributes = {}) => void readings.push({ metric, unit, kind, value, attributes }),
  );
  return (metric: string, attribute?: string): number | undefined =>
    readings.find(
      (r) => r.metric === metric && (attribute === undefined || Object.values(r.attributes).includes(attribute)),
    )?.value;
};

test('softnet counters are hexadecimal and summed over processors', () => {
  const row = (processed: string, dropped: string) => `${processed} ${dropped} 0000000a${' 00000000'.repeat(12)}`;
  const of = from(readSoftnet, { '/proc/net/softnet_stat': `${row('000000ff', '00000001')}\n${row('1', '2')}\n` });
  expect(of('system.linux.softnet.processed')).toBe(256);
  expect(of('system.linux.softnet.dropped')).toBe(3);
  expect(of('system.linux.softnet.time_squeeze')).toBe(20);
});

test('kernel limits and the scheduler', () => {
  const of = from(readKernel, {
    '/proc/sys/fs/inode-nr': '694\t20\n',
    '/proc/loadavg': '2.79 4.60 3.99 3/127 30008\n',
    '/proc/schedstat': 'version 15\ncpu0 0 0 0 0 0 0 2000000000 500000000 7\ncpu1 0 0 0 0 0 0 1000000000 0 3\n',
  });
  expect(of('system.linux.inodes.free')).toBe(20);
  expect(of('system.linux.thread.count')).toBe(127);
  expect(of('system.linux.sched.run_time')).toBe(3);
  expect(of('system.linux.sched.timeslices')).toBe(10);
  expect(of('system.linux.conntrack.usage')).toBeUndefined();
});

test('each disk once, no network or kernel file systems', () => {
  const text = '/dev/vda / ext4 rw 0 0\nproc /proc proc rw 0 0\n/dev/vda /home ext4 rw 0 0\nnas:/x /mnt nfs4 rw 0 0\n';
  expect(mountsOf(text)).toEqual(['/']);
  const memory = 'tmpfs /run tmpfs rw 0 0\ntmpfs /var/journal tmpfs rw 0 0\n';
  expect(mountsOf(text + memory)).toEqual(['/', '/run', '/var/journal']);
  const room = { bsize: 10, blocks: 100, bfree: 30, bavail: 20, files: 8, ffree: 3 };
  const of = from((read, put) => readFilesystems(read, put, () => room), { '/proc/mounts': text });
  expect(of('system.filesystem.usage', 'used')).toBe(700);
  expect(of('system.filesystem.utilization')).toBeCloseTo(70 / 90);
  expect(of('system.linux.filesystem.inodes.usage')).toBe(5);
});

test('processor, memory, disks, network and both kinds of control group', () => {
  expect(from(readCpu, { '/proc/stat': 'cpu  100 0 50 900\n' })('system.cpu.time', 'user')).toBe(1);
  const memory = 'MemTotal: 100 kB\nMemFree: 10 kB\nMemAvailable: 25 kB\n';
  expect(from(readMemory, { '/proc/meminfo': memory })('system.memory.utilization')).toBe(0.75);
  const disks = '254 0 vda 5 1 8 20 6 2 16 30 4 40 50\n254 1 vda1 9 9 9 9 9 9 9 9 9 9 9\n';
  expect(from(readDisks, { '/proc/diskstats': disks })('system.disk.io', 'write')).toBe(16 * 512);
  const snmp = 'Tcp: RtoMin CurrEstab RetransSegs\nTcp: 200 4 17\n';
  expect(from(readNetwork, { '/proc/net/snmp': snmp })('system.linux.network.tcp.retrans_segs')).toBe(17);
  const two = { '/sys/fs/cgroup/cpu.stat': 'usage_usec 2500000\n', '/sys/fs/cgroup/memory.current': '4096\n' };
  expect(from(readCgroup, two)('container.cpu.time')).toBe(2.5);
  expect(from(readCgroup, two)('container.memory.usage')).toBe(4096);
  const memoryOne = {
    '/sys/fs/cgroup/memory/memory.usage_in_bytes': '9000\n',
    '/sys/fs/cgroup/memory/memory.stat':
      'rss 1\npgfault 2\ntotal_rss 700\ntotal_inactive_file 2000\ntotal_pgfault 50\ntotal_pgmajfault 8\n',
  };
  expect(from(readCgroup, memoryOne)('container.memory.rss')).toBe(700);
  expect(from(readCgroup, memoryOne)('container.memory.working_set')).toBe(7_000);
  expect(from(readCgroup, memoryOne)('container.memory.paging.faults', 'minor')).toBe(42);
  const memoryTwo = { ...two, '/sys/fs/cgroup/memory.stat': 'anon 600\ninactive_file 96\npgfault 5\npgmajfault 1\n' };
  expect(from(readCgroup, memoryTwo)('container.memory.working_set')).toBe(4_000);
  expect(from(readCgroup, memoryTwo)('container.memory.rss')).toBe(600);
  const one = { '/sys/fs/cgroup/cpuacct/cpuacct.usage': '1500000000\n' };
  expect(from(readCgroup, one)('container.cpu.time')).toBeCloseTo(1.5);
});

test('sockets in all, processes, cached names', () => {
  const of = from(readNetwork, { '/proc/net/sockstat': 'sockets: used 15\nTCP: inuse 1 orphan 0\n' });
  expect([of('system.linux.sockets.used'), of('system.linux.sockets.tcp.inuse')]).toEqual([15, 1]);
  expect(from((_, put) => readProcesses(put, () => ['1', '42', 'self', 'meminfo']), {})('system.process.count')).toBe(
    2,
  );
  const names = from(readKernel, { '/proc/sys/fs/dentry-state': '414511\t412158\t45\t0\t73549\t0\n' });
  expect(names('system.linux.dentries.unused')).toBe(412_158);
});
