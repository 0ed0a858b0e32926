// Processor time, memory and disk of whole trees of processes, read from the kernel: children that ended are counted with their parents.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const TICKS_PER_SECOND = 100;

const stat = (pid: number): { readonly parent: number; readonly ticks: number } | undefined => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    return { parent: fields[1]!, ticks: fields[11]! + fields[12]! + fields[13]! + fields[14]! };
  } catch {
    return undefined;
  }
};

/** The given processes and all that descend from them. */
export const treeOf = (roots: readonly number[]): number[] => {
  const tree = new Set(roots);
  const all = readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0);
  for (let before = 0; before !== tree.size; ) {
    before = tree.size;
    for (const pid of all) if (tree.has(stat(pid)?.parent ?? -1)) tree.add(pid);
  }
  return [...tree];
};

/** Seconds of processor time that the trees have used. */
export const cpuSeconds = (roots: readonly number[]): number =>
  treeOf(roots).reduce((all, pid) => all + (stat(pid)?.ticks ?? 0), 0) / TICKS_PER_SECOND;

const megabytes = (pid: number, of: 'VmHWM' | 'VmRSS'): number => {
  try {
    const kilobytes = new RegExp(`${of}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Number(kilobytes ?? 0) / 1_024;
  } catch {
    return 0;
  }
};

/** Largest resident memory that each process of the trees has had, added up, in MB. */
export const peakMegabytes = (roots: readonly number[]): number =>
  treeOf(roots).reduce((all, pid) => all + megabytes(pid, 'VmHWM'), 0);

/** Resident memory of each of the processes now, without their children, added up, in MB. */
export const residentMegabytes = (pids: readonly number[]): number =>
  pids.reduce((all, pid) => all + megabytes(pid, 'VmRSS'), 0);

/** Bytes of all files under a folder. */
export const folderBytes = (folder: string): number => {
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true }))
    if (entry.isFile()) {
      try {
        bytes += statSync(join(entry.parentPath, entry.name)).size;
      } catch {
        // Merged away meanwhile.
      }
    }
  return bytes;
};
