// What the terminal shows: one line a part when it is ready, and one when it crashed or came back.
import type { Clock } from '@fenghuo/kit';
import type { ProgramEvent } from '@fenghuo/kit/parts';
import { say } from '../output.ts';

export type Status = {
  /** Says that a part is ready, how long that took since `from` (clock's monotonic ms) and where it is. */
  ready(name: string, where: string, from: number): void;
  note(name: string, text: string): void;
  event(event: ProgramEvent): void;
  now(): number;
};

export const createStatus = (clock: Clock): Status => {
  const line = (name: string, text: string): void => say(`  ${name.padEnd(11)} ${text}`);
  return {
    ready: (name, where, from) =>
      line(name, `ready  ${`${((clock.monotonic() - from) / 1_000).toFixed(1)} s`.padStart(6)}  ${where}`),
    note: line,
    event: (event) =>
      line(
        event.name,
        event.kind === 'crashed'
          ? `ended (${event.code}), starting again in ${event.restartMs / 1_000} s`
          : `back after ${(event.tookMs / 1_000).toFixed(1)} s`,
      ),
    now: () => clock.monotonic(),
  };
};
