// One `up` a data folder: two servers over the same files would destroy them.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OpsError } from '@fenghuo/kit';

/** Takes the folder, or throws OpsError `already_running`; returns how to give it back. */
export const takeLock = (data: string): (() => void) => {
  const path = join(data, 'up.pid');
  const holder = readPid(path);
  if (holder !== undefined && holder !== process.pid && isFenghuo(holder))
    throw new OpsError('already_running', `another fenghuo (process ${holder}) uses ${data}`, {
      help: 'Stop it, or choose another folder with --data.',
    });
  writeFileSync(path, `${process.pid}\n`, { mode: 0o600 });
  return () => rmSync(path, { force: true });
};

const readPid = (path: string): number | undefined => {
  try {
    return Number.parseInt(readFileSync(path, 'utf8'), 10) || undefined;
  } catch {
    return undefined;
  }
};

// A number may have been given to another program since; its command line tells.
const isFenghuo = (pid: number): boolean => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('fenghuo');
  } catch {
    return false;
  }
};
