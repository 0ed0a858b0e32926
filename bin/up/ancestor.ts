// `npm start` stands between the terminal and us: when it is killed, nobody tells us, so we look.
import { readFileSync } from 'node:fs';
import type { Clock } from '@fenghuo/kit';

/** Calls `gone` once when the npm that started this process has vanished; does nothing where none did. */
export const whenStarterGone = (clock: Clock, gone: () => void): void => {
  if (process.env.npm_lifecycle_event === undefined) return;
  const npm = findNpm(process.ppid);
  if (npm === undefined) return;
  const born = stat(npm)?.born;
  const timer = clock.every(1_000, () => {
    if (stat(npm)?.born === born) return;
    timer.cancel();
    gone();
  });
};

const findNpm = (from: number): number | undefined => {
  for (let pid = from, depth = 0; pid > 1 && depth < 8; depth++) {
    const at = stat(pid);
    if (at === undefined) return undefined;
    if (/^npm/.test(at.name)) return pid;
    pid = at.parent;
  }
  return undefined;
};

/** Name, parent and start time (clock ticks since boot) of a process; undefined where there is none, or no /proc. */
const stat = (pid: number): { name: string; parent: number; born: string } | undefined => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const end = text.lastIndexOf(')');
    const fields = text.slice(end + 2).split(' ');
    // A zombie is gone, only its parent has not noticed.
    if (fields[0] === 'Z') return undefined;
    return { name: text.slice(text.indexOf('(') + 1, end), parent: Number(fields[1]), born: fields[19] ?? '' };
  } catch {
    return undefined;
  }
};
