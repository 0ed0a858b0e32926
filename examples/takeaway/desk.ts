// What the operations desk asks of the launcher: parsed, held against the list of what may be restarted, and done.
import type { ChildProcess } from 'node:child_process';
import { z } from 'zod';
import type { Role } from './config.ts';
import { releases } from './faults/releases.ts';

/** Services that keep nothing in memory that anybody would miss, and take no money. */
export const restartable: readonly Role[] = ['user', 'menu', 'merchant', 'terminals'];
/** A process that computes without pause does not hear a polite word. */
const POLITE_MS = 2_000;

const said = z.object({ order: z.enum(['instance.restart', 'release.hold']), value: z.string() });
type Hands = {
  readonly name: (role: string) => string;
  /** The running process of a role; throws where there is none. */
  readonly find: (role: string) => ChildProcess;
};

/** Obeys one message of the desk; what is not on the list is refused and said so. */
export const obey = (message: unknown, { name, find }: Hands, log: (text: string) => void): void => {
  const parsed = said.safeParse(message);
  if (!parsed.success) return;
  const { order, value } = parsed.data;
  if (order === 'release.hold') {
    for (const [role, release] of releases) if (name(role) === value) release.hold();
    if (value === 'none') for (const release of releases.values()) release.resume();
    return;
  }
  if (value === 'none') return;
  const role = restartable.find((one) => name(one) === value);
  if (role === undefined) {
    log(`the desk may not restart ${value}`);
    return;
  }
  try {
    const process = find(role);
    process.kill('SIGTERM');
    // The process itself, not its name: by then the next one may have it.
    const late = setTimeout(() => process.kill('SIGKILL'), POLITE_MS);
    process.once('exit', () => clearTimeout(late));
  } catch (error) {
    log(error instanceof Error ? error.message : String(error));
  }
};
