// What a fault is: who it can hit, what the customer notices, how it begins, and how it ends again.
// It happens out of the engine's sight: the engine sees only what it does to calls, processes and customers.
import type { Config } from '../config.ts';

export type Options = Readonly<Record<string, string>>;
/** A change that a person or a tool announces, as the collector takes it. */
export type Announcement = {
  readonly kind: 'deploy' | 'promotion' | 'maintenance';
  readonly what: string;
  readonly service?: string;
  readonly version?: string;
  readonly untilMs?: number;
};
/** What a fault may touch of the running platform. */
export type Platform = {
  readonly config: Config;
  /** Tells a process to begin or end a fault inside itself; it keeps its own timer. Throws where there is no such process. */
  tell(process: string, message: Options & { readonly fault: string }): void;
  kill(process: string, signal: 'SIGKILL' | 'SIGTERM'): void;
  /** Starts one more instance of a service under a process name of its own, and ends it for good. */
  launch(process: string, role: string, env: Options): Promise<void>;
  retire(process: string): void;
  announce(change: Announcement): Promise<void>;
};
export type End = () => void | Promise<void>;
export type Fault = {
  /** A distractor hurts nobody: it is what fools people and tools. */
  readonly kind: 'fault' | 'distractor';
  readonly says: string;
  readonly customer: string;
  readonly targets: readonly string[];
  /** Names and defaults of what can be set on the command line. */
  readonly options: Options;
  /** How long it lasts where nobody says, s. */
  readonly seconds: number;
  begin(platform: Platform, target: string, options: Options): Promise<End>;
};

/** `begin` of a fault that a service carries out within its own process. */
export const inside =
  (fault: string): Fault['begin'] =>
  async (platform, target, options) => {
    platform.tell(target, { ...options, fault });
    return () => platform.tell(target, { fault, off: 'yes' });
  };
