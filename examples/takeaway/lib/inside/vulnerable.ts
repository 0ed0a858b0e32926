// Faults from inside a process: the launcher's switch says which, this process carries it out and ends it by its own timer.
import { z } from 'zod';

export type Settings = Readonly<Record<string, string>>;
/** Begins the fault; what it returns ends it. */
export type Begin = (settings: Settings) => () => void;

const message = z.object({ fault: z.string(), off: z.string().optional(), seconds: z.string().optional() }).loose();
const known = new Map<string, Begin>();
const running = new Map<string, () => void>();

/** Declares what can go wrong in this process. */
export const vulnerable = (fault: string, begin: Begin): void => void known.set(fault, begin);

const settingsOf = (said: object): Settings =>
  Object.fromEntries(Object.entries(said).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])));

/** Listens to the launcher. A fault ends when its seconds are over, when the switch says so, or when it begins anew. */
export const underChaos = (): void => {
  process.on('message', (said: unknown) => {
    const parsed = message.safeParse(said);
    if (!parsed.success) return;
    const { fault, off, seconds } = parsed.data;
    running.get(fault)?.();
    const begin = known.get(fault);
    if (off !== undefined || begin === undefined) return;
    const end = begin(settingsOf(parsed.data));
    const over = (): void => {
      clearTimeout(timer);
      running.delete(fault);
      end();
    };
    const timer = setTimeout(over, Number(seconds ?? 20) * 1_000);
    running.set(fault, over);
  });
};
