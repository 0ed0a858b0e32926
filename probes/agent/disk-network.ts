// Disks, file handles and the network of the host, from /proc.
import { numbers, type Put, type ReadText, snake } from './reading.ts';

const SECTOR = 512;

export const readDisks = (read: ReadText, put: Put): void => {
  for (const line of read('/proc/diskstats').split('\n')) {
    const parts = line.trim().split(/\s+/);
    const device = parts[2];
    if (device === undefined || /^(loop|ram|zram)|^(sd|vd|xvd)[a-z]+\d+$|p\d+$/.test(device)) continue;
    const at = (i: number): number => Number(parts[i] ?? 0);
    const of = { 'system.device': device };
    for (const [direction, base] of [
      ['read', 3],
      ['write', 7],
    ] as const) {
      const both = { ...of, 'disk.io.direction': direction };
      put('system.disk.operations', '{operation}', 'total', at(base), both);
      put('system.disk.merged', '{operation}', 'total', at(base + 1), both);
      put('system.disk.io', 'By', 'total', at(base + 2) * SECTOR, both);
      put('system.disk.operation_time', 's', 'total', at(base + 3) / 1e3, both);
    }
    put('system.linux.disk.pending', '{operation}', 'gauge', at(11), of);
    put('system.disk.io_time', 's', 'total', at(12) / 1e3, of);
    put('system.linux.disk.weighted_io_time', 's', 'total', at(13) / 1e3, of);
  }
  const [files, , limit] = read('/proc/sys/fs/file-nr').split(/\s+/).map(Number);
  if (limit) {
    put('system.linux.file_handles.usage', '{file_handle}', 'gauge', files ?? 0);
    put('system.linux.file_handles.limit', '{file_handle}', 'gauge', limit);
  }
};

const interfaceColumns = [
  ['system.network.io', 'By', 0],
  ['system.network.packet.count', '{packet}', 1],
  ['system.network.errors', '{error}', 2],
  ['system.network.packet.dropped', '{packet}', 3],
] as const;

export const readNetwork = (read: ReadText, put: Put): void => {
  for (const line of read('/proc/net/dev').split('\n').slice(2)) {
    const [name, rest] = line.split(':');
    if (name === undefined || rest === undefined) continue;
    const values = rest.trim().split(/\s+/).map(Number);
    for (const [metric, unit, i] of interfaceColumns)
      for (const [direction, base] of [
        ['receive', 0],
        ['transmit', 8],
      ] as const)
        put(metric, unit, 'total', values[base + i] ?? 0, {
          'network.interface.name': name.trim(),
          'network.io.direction': direction,
        });
  }
  for (const path of ['/proc/net/snmp', '/proc/net/netstat']) {
    const lines = read(path).split('\n');
    for (let i = 0; i + 1 < lines.length; i += 2) {
      const [group, ...names] = (lines[i] ?? '').split(/\s+/);
      const [, ...values] = (lines[i + 1] ?? '').split(/\s+/);
      const prefix = (group ?? '').replace(':', '');
      // The per-type ICMP counters and the algorithm constants tell nothing about health.
      if (!/^(Ip|Icmp|Tcp|Udp|TcpExt|IpExt)$/.test(prefix)) continue;
      names.forEach((name, n) => {
        if (/Algorithm|RtoM|MaxConn|Forwarding|DefaultTTL/.test(name)) return;
        const kind = name === 'CurrEstab' ? 'gauge' : 'total';
        put(`system.linux.network.${snake(prefix)}.${snake(name)}`, '{event}', kind, Number(values[n] ?? 0));
      });
    }
  }
  const sockets = read('/proc/net/sockstat');
  const used = /^sockets: used (\d+)/m.exec(sockets)?.[1];
  if (used !== undefined) put('system.linux.sockets.used', '{socket}', 'gauge', Number(used));
  for (const [, group, rest] of sockets.matchAll(/^(TCP|UDP|FRAG): (.*)$/gm))
    for (const [, name, value] of (rest ?? '').matchAll(/(\w+) (\d+)/g))
      put(`system.linux.sockets.${group?.toLowerCase()}.${name}`, '{socket}', 'gauge', Number(value));
};

/** Memory and processor of the control group the agent lives in, v2 files first, then v1. */
export const readCgroup = (read: ReadText, put: Put): void => {
  const two = read('/sys/fs/cgroup/cpu.stat');
  const one = read('/sys/fs/cgroup/cpu/cpu.stat');
  const cpu = numbers(two || one);
  const usage = cpu.get('usage_usec') ?? Number(read('/sys/fs/cgroup/cpuacct/cpuacct.usage') || Number.NaN) / 1e3;
  if (!Number.isNaN(usage)) put('container.cpu.time', 's', 'total', usage / 1e6);
  const throttled = cpu.get('throttled_usec') ?? (cpu.get('throttled_time') ?? Number.NaN) / 1e3;
  if (!Number.isNaN(throttled)) put('container.linux.cpu.throttled.time', 's', 'total', throttled / 1e6);
  const used = read('/sys/fs/cgroup/memory.current') || read('/sys/fs/cgroup/memory/memory.usage_in_bytes');
  if (used !== '') put('container.memory.usage', 'By', 'gauge', Number(used));
  readCgroupMemory(read, put, Number(used));
  for (const [name, value] of numbers(read('/sys/fs/cgroup/memory.events')))
    put(`container.linux.memory.events.${name}`, '{event}', 'total', value);
};

/** Version 1 tells the group and those below it under names that begin with `total_`; version 2 always means both. */
const readCgroupMemory = (read: ReadText, put: Put, used: number): void => {
  const two = numbers(read('/sys/fs/cgroup/memory.stat'));
  const one = two.size > 0 ? two : numbers(read('/sys/fs/cgroup/memory/memory.stat'));
  const at = (name: string): number | undefined => one.get(`total_${name}`) ?? one.get(name);
  const [rss, cold, faults, major] = [at('rss') ?? at('anon'), at('inactive_file'), at('pgfault'), at('pgmajfault')];
  if (rss !== undefined) put('container.memory.rss', 'By', 'gauge', rss);
  if (cold !== undefined && used > 0) put('container.memory.working_set', 'By', 'gauge', Math.max(0, used - cold));
  if (faults === undefined || major === undefined) return;
  const type = 'system.paging.fault.type';
  put('container.memory.paging.faults', '{fault}', 'total', faults - major, { [type]: 'minor' });
  put('container.memory.paging.faults', '{fault}', 'total', major, { [type]: 'major' });
};
