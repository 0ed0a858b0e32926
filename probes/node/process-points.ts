// The process's own figures: processor, memory, descriptors, switches, heap. Read from Node and /proc/self, a tick at a time.
import { readdirSync, readFileSync } from 'node:fs';
import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8';
import type { MetricClass, ValueKind } from '@fenghuo/rules/contract';
import type { Emit } from './point.ts';

const proc = (file: string): string => {
  try {
    return readFileSync(`/proc/self/${file}`, 'utf8');
  } catch {
    // Not Linux, or not permitted: these figures are then missing, the others are not.
    return '';
  }
};
const fields = (text: string): ReadonlyMap<string, number> =>
  new Map([...text.matchAll(/^(\w+):\s+(\d+)/gm)].map(([, name, value]) => [name ?? '', Number(value)]));

/** Remembers counters between ticks: the frame carries what was added. */
export class ProcessPoints {
  private readonly before = new Map<string, number>();
  private lastMs: number | undefined;

  /** @param monotonicMs by a clock that nobody sets: by one that was set back five seconds a process would keep 48 processors busy */
  emitAll(monotonicMs: number, emit: Emit): void {
    const put = (
      metric: string,
      unit: string,
      value: number,
      kind: ValueKind = 'gauge',
      of: MetricClass = 'resource',
      attributes: Record<string, string> = {},
    ): void => emit({ metric, unit, kind, class: of, attributes, value });
    const added = (
      metric: string,
      unit: string,
      total: number,
      attributes: Record<string, string> = {},
      of: MetricClass = 'resource',
    ): number => {
      const key = `${metric} ${Object.values(attributes).join()}`;
      const delta = total - (this.before.get(key) ?? total);
      this.before.set(key, total);
      put(metric, unit, delta, 'delta', of, attributes);
      return delta;
    };
    const usage = process.resourceUsage();
    const cpu =
      added('process.cpu.time', 's', usage.userCPUTime / 1e6, { 'cpu.mode': 'user' }) +
      added('process.cpu.time', 's', usage.systemCPUTime / 1e6, { 'cpu.mode': 'system' });
    const elapsed = this.lastMs === undefined ? 1_000 : Math.max(1, monotonicMs - this.lastMs);
    this.lastMs = monotonicMs;
    put('process.cpu.utilization', '1', cpu / (elapsed / 1_000), 'gauge', 'saturation');
    added('process.context_switches', '{context_switch}', usage.voluntaryContextSwitches, {
      'process.context_switch.type': 'voluntary',
    });
    added('process.context_switches', '{context_switch}', usage.involuntaryContextSwitches, {
      'process.context_switch.type': 'involuntary',
    });
    added('process.paging.faults', '{fault}', usage.majorPageFault, { 'process.paging.fault_type': 'major' });
    added('process.paging.faults', '{fault}', usage.minorPageFault, { 'process.paging.fault_type': 'minor' });
    put('process.uptime', 's', process.uptime());
    const memory = process.memoryUsage();
    put('process.memory.usage', 'By', memory.rss);
    put('nodejs.memory.external', 'By', memory.external);
    put('nodejs.memory.array_buffers', 'By', memory.arrayBuffers);
    const heap = getHeapStatistics();
    put('v8js.heap.total_physical_size', 'By', heap.total_physical_size);
    put('v8js.heap.limit', 'By', heap.heap_size_limit);
    put('v8js.heap.malloced_memory', 'By', heap.malloced_memory);
    put('v8js.heap.total_available_size', 'By', heap.total_available_size);
    put('v8js.heap.detached_contexts', '{context}', heap.number_of_detached_contexts);
    put('v8js.heap.global_handles.used', 'By', heap.used_global_handles_size);
    // Not getHeapCodeStatistics: it walks through the whole heap, 23 ms of a 60 MB one, and nothing else runs meanwhile.
    for (const space of getHeapSpaceStatistics())
      put('v8js.memory.heap.used', 'By', space.space_used_size, 'gauge', 'resource', {
        'v8js.heap.space.name': space.space_name,
      });
    this.fromProc(put, added);
  }

  private fromProc(
    put: (metric: string, unit: string, value: number) => void,
    added: (
      metric: string,
      unit: string,
      total: number,
      attributes?: Record<string, string>,
      of?: MetricClass,
    ) => number,
  ): void {
    const status = fields(proc('status'));
    if (status.size === 0) return;
    put('process.thread.count', '{thread}', status.get('Threads') ?? 0);
    put('process.memory.virtual', 'By', (status.get('VmSize') ?? 0) * 1_024);
    put('process.linux.memory.anon', 'By', (status.get('RssAnon') ?? 0) * 1_024);
    put('process.linux.memory.file', 'By', (status.get('RssFile') ?? 0) * 1_024);
    put('process.linux.memory.peak', 'By', (status.get('VmHWM') ?? 0) * 1_024);
    put('process.linux.memory.data', 'By', (status.get('VmData') ?? 0) * 1_024);
    put('process.linux.memory.page_table', 'By', (status.get('VmPTE') ?? 0) * 1_024);
    const io = fields(proc('io'));
    added('process.disk.io', 'By', io.get('read_bytes') ?? 0, { 'disk.io.direction': 'read' });
    added('process.disk.io', 'By', io.get('write_bytes') ?? 0, { 'disk.io.direction': 'write' });
    added('process.linux.io.transferred', 'By', io.get('rchar') ?? 0, { 'disk.io.direction': 'read' });
    added('process.linux.io.transferred', 'By', io.get('wchar') ?? 0, { 'disk.io.direction': 'write' });
    added('process.linux.io.syscalls', '{call}', io.get('syscr') ?? 0, { 'disk.io.direction': 'read' });
    added('process.linux.io.syscalls', '{call}', io.get('syscw') ?? 0, { 'disk.io.direction': 'write' });
    const [run, wait] = proc('schedstat').split(' ').map(Number);
    if (run !== undefined && !Number.isNaN(run)) added('process.linux.sched.run_time', 's', run / 1e9);
    if (wait !== undefined && !Number.isNaN(wait))
      added('process.linux.sched.wait_time', 's', wait / 1e9, {}, 'saturation');
    try {
      put('process.unix.file_descriptor.count', '{file_descriptor}', readdirSync('/proc/self/fd').length);
    } catch {
      // Too many open files: the very moment at which the probe must not make things worse.
    }
  }
}
