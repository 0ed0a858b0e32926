// Processes of a running `up`, found by the data folder in their environment: whoever their parent is now.
import { readdirSync, readFileSync } from 'node:fs';

export type Process = { readonly pid: number; readonly command: string };

/** Every process of the product over this data folder but the caller. */
export const processesOf = (data: string): Process[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((name) => {
      try {
        if (!readFileSync(`/proc/${name}/environ`, 'utf8').includes(`FENGHUO_DATA=${data}`)) return [];
        return [{ pid: Number(name), command: readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ') }];
      } catch {
        // It ended while we looked, or is not ours to read.
        return [];
      }
    });

/** The process of one of our services; undefined while there is none. */
export const serviceOf = (data: string, name: string): Process | undefined =>
  processesOf(data).find(({ command }) => command.trimEnd().endsWith(`main.mjs ${name}`));
