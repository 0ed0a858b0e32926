// Who reports: every process by its probe's hash, and the processes of each service, so that one service's are found without a walk over the fleet.
import { put, take } from './lists.ts';

/** A probe that has told nothing for so long has missed a tick: it may be gone, and nobody waits for it or goes by its clock. */
export const aliveMs = 1_500;

export type Probe = {
  readonly hash: string;
  readonly service: string | undefined;
  readonly host: string | undefined;
  /** Stream time and tick of its last frame; -1 before the first. */
  seenMs: number;
  tickMs: number;
  samples: number;
  /** Which process it is, and the number of its last frame; -1 before the first. */
  incarnation: number;
  sequence: number;
};

export class Probes {
  private readonly all = new Map<string, Probe>();
  private readonly services = new Map<string, Probe[]>();

  get(hash: string): Probe | undefined {
    return this.all.get(hash);
  }

  keys(): Iterable<string> {
    return this.all.keys();
  }

  values(): Iterable<Probe> {
    return this.all.values();
  }

  /** Processes of a service, in the order in which they came. */
  of(service: string): readonly Probe[] {
    return this.services.get(service) ?? [];
  }

  /** Takes a probe in, or what it is found to speak for now. */
  learn(hash: string, service: string | undefined, host: string | undefined): void {
    const known = this.all.get(hash);
    if (known !== undefined && known.service === service && known.host === host) return;
    const made: Probe = {
      seenMs: -1,
      tickMs: -1,
      samples: 0,
      incarnation: -1,
      sequence: -1,
      ...known,
      hash,
      service,
      host,
    };
    this.leave(known);
    this.all.set(hash, made);
    if (service !== undefined) put(this.services, service, made);
  }

  delete(hash: string): void {
    this.leave(this.all.get(hash));
    this.all.delete(hash);
  }

  private leave(one: Probe | undefined): void {
    if (one?.service !== undefined) take(this.services, one.service, one);
  }
}
