// How many processes the host has: the folders of /proc that are numbers. The list is a system call, which a test hands in.
import { readdirSync } from 'node:fs';
import type { Put } from '../reading.ts';

export const readProcesses = (put: Put, list: () => readonly string[] = () => readdirSync('/proc')): void => {
  try {
    put('system.process.count', '{process}', 'gauge', list().filter((name) => /^\d+$/.test(name)).length);
  } catch {
    // Not Linux, or hidden: then the host's number of processes is not known.
  }
};
