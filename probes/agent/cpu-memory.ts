// Processor, scheduler, pressure and memory of the host, from /proc.
import { numbers, type Put, type ReadText, snake } from './reading.ts';

const TICKS_PER_S = 100;
const modes = ['user', 'nice', 'system', 'idle', 'iowait', 'interrupt', 'softirq', 'steal'];

export const readCpu = (read: ReadText, put: Put): void => {
  for (const line of read('/proc/stat').split('\n')) {
    const [name, ...rest] = line.split(/\s+/);
    const first = Number(rest[0]);
    if (name === 'cpu')
      modes.forEach((mode, i) => {
        put('system.cpu.time', 's', 'total', Number(rest[i] ?? 0) / TICKS_PER_S, { 'cpu.mode': mode });
      });
    else if (name === 'ctxt') put('system.linux.cpu.context_switches', '{context_switch}', 'total', first);
    else if (name === 'intr') put('system.linux.interrupts', '{interrupt}', 'total', first);
    else if (name === 'softirq') put('system.linux.softirqs', '{interrupt}', 'total', first);
    else if (name === 'processes') put('system.process.created', '{process}', 'total', first);
    else if (name === 'procs_running') put('system.linux.process.running', '{process}', 'gauge', first);
    else if (name === 'procs_blocked') put('system.linux.process.blocked', '{process}', 'gauge', first);
  }
  const [one, five, fifteen] = read('/proc/loadavg').split(' ').map(Number);
  if (fifteen !== undefined) {
    put('system.linux.cpu.load_average.1m', '1', 'gauge', one ?? 0);
    put('system.linux.cpu.load_average.5m', '1', 'gauge', five ?? 0);
    put('system.linux.cpu.load_average.15m', '1', 'gauge', fifteen);
  }
  const uptime = Number.parseFloat(read('/proc/uptime'));
  if (!Number.isNaN(uptime)) put('system.uptime', 's', 'gauge', uptime);
  for (const what of ['cpu', 'memory', 'io'])
    for (const [, share, ten, total] of read(`/proc/pressure/${what}`).matchAll(
      /^(some|full) avg10=([\d.]+) .*total=(\d+)/gm,
    )) {
      put(`system.linux.pressure.${what}.${share}.ratio`, '1', 'gauge', Number(ten) / 100);
      put(`system.linux.pressure.${what}.${share}.time`, 's', 'total', Number(total) / 1e6);
    }
};

export const readMemory = (read: ReadText, put: Put): void => {
  const memory = numbers(read('/proc/meminfo'));
  const kib = (name: string): number => (memory.get(name) ?? 0) * 1_024;
  const total = kib('MemTotal');
  if (total > 0) {
    const used = total - kib('MemAvailable');
    put('system.memory.limit', 'By', 'gauge', total);
    put('system.memory.usage', 'By', 'gauge', used, { 'system.memory.state': 'used' });
    put('system.memory.usage', 'By', 'gauge', kib('MemFree'), { 'system.memory.state': 'free' });
    put('system.memory.utilization', '1', 'gauge', used / total);
    put('system.memory.linux.available', 'By', 'gauge', kib('MemAvailable'));
    put('system.memory.linux.shared', 'By', 'gauge', kib('Shmem'));
    put('system.paging.usage', 'By', 'gauge', kib('SwapTotal') - kib('SwapFree'));
  }
  const told = new Set(['MemTotal', 'MemFree', 'MemAvailable', 'Shmem', 'SwapTotal', 'SwapFree', 'VmallocTotal']);
  for (const [name, value] of memory) {
    if (told.has(name) || name.startsWith('DirectMap')) continue;
    const count = name.startsWith('HugePages');
    put(`system.linux.memory.${snake(name)}`, count ? '{page}' : 'By', 'gauge', count ? value : value * 1_024);
  }
  for (const [name, value] of numbers(read('/proc/vmstat'))) {
    if (name === 'pgmajfault')
      put('system.paging.faults', '{fault}', 'total', value, { 'system.paging.fault.type': 'major' });
    else if (/^nr_dirty_(background_)?threshold$/.test(name)) put(`system.linux.vm.${name}`, '{page}', 'gauge', value);
    else if (vmCounters.test(name)) put(`system.linux.vm.${name}`, '{event}', 'total', value);
  }
};
// The counters that tell of pressure; the kernel's state gauges repeat meminfo in pages.
const vmCounters =
  /^(pgpgin|pgpgout|pswpin|pswpout|pgfault|pgfree|pgalloc_\w+|pgrotated|pgmigrate_(success|fail)|numa_(hit|miss|local|foreign|other)|unevictable_pgs_(culled|rescued|mlocked|munlocked)|pgactivate|pgdeactivate|pgrefill|pgreuse|pgsteal_\w+|pgscan_\w+|slabs_scanned|allocstall_\w+|compact_(stall|fail|success)|oom_kill|workingset_(refault|activate)_\w+|thp_(fault|collapse|split)_\w+|nr_dirtied|nr_written)$/;
