// The made-up platform's figures, second by second: seasons, heavy tails, sparse errors, single busy seconds, releases, restarts, gaps.
import type { Fault } from './faults.ts';
import { FIGURES } from './schemas.ts';
import { drifting, gaussian, MASK, secondsOf, uniform } from './tables.ts';
import { type Node, settle } from './town.ts';

const HOUR_S = 3_600;
const DAY_S = 24 * HOUR_S;
/** Chances a second: release and restart of a service, a lost frame, a value that is missing, a second of a busy processor. */
const RELEASE = 0.3 / DAY_S;
const RESTART = 0.2 / DAY_S;
const LOST = 0.0005;
/** For so long a process is slower after it started. */
const COLD_S = 20;

/** Load at an hour of day, about 0.2 at night to 1 at dinner: a daily wave and two meals. */
export const loadAt = (hour: number): number => {
  const bell = (at: number, width: number): number => Math.exp(-0.5 * ((((hour - at + 36) % 24) - 12) / width) ** 2);
  return 0.3 - 0.12 * Math.cos((2 * Math.PI * (hour - 3)) / 24) + 0.45 * bell(12.2, 0.8) + 0.55 * bell(18.6, 1);
};

export type Pause = { readonly silentUntilS: number; readonly startedS: number; readonly isRelease: boolean };

export class Values {
  private readonly nodes: readonly Node[];
  private readonly random: () => number;
  /** Factors of a second's latencies by its number of calls, 1, 2, 4 … */
  private readonly median: readonly Float32Array[];
  private readonly most: readonly Float32Array[];
  private readonly normal: Float32Array;
  private readonly slow: Float32Array;
  private readonly even: Float32Array;
  private readonly pauses: (Pause | undefined)[];
  private readonly memory: Float64Array;

  constructor(nodes: readonly Node[], random: () => number) {
    this.nodes = nodes;
    this.random = random;
    const rows = [1, 2, 4, 8, 16, 32].map((calls) => secondsOf(random, calls));
    this.median = rows.map(({ median }) => median);
    this.most = rows.map(({ most }) => most);
    this.slow = drifting(random, 0.98);
    this.normal = gaussian(random);
    this.even = uniform(random);
    this.pauses = nodes.map(() => undefined);
    this.memory = Float64Array.from(nodes, () => 2e8 * (1 + random()));
  }

  /** A process that starts now: a release or a restart; undefined otherwise. Silent for some seconds, then cold. */
  turn(i: number, second: number): Pause | undefined {
    const chance = this.random();
    if (chance >= RELEASE + RESTART) return undefined;
    const isRelease = chance < RELEASE;
    const silentUntilS = second + 3 + Math.floor(this.random() * 7);
    this.pauses[i] = { silentUntilS, startedS: silentUntilS, isRelease };
    if (isRelease) {
      this.nodes[i]!.own *= 0.85 + 0.4 * this.random();
      this.memory[i]! *= 0.8 + 0.4 * this.random();
      settle(this.nodes);
    }
    return this.pauses[i];
  }

  /** Whether a service's frame of this second does not come: it starts anew, is down, or the frame is lost. */
  isSilent(i: number, second: number, fault: Fault | undefined): boolean {
    if (fault?.kind === 'crash' && fault.target === i) return true;
    const pause = this.pauses[i];
    return (pause !== undefined && second < pause.silentUntilS) || this.random() < LOST;
  }

  /** Fills a service's twenty figures at `second` (of the run) and `hour` (of the day). */
  fill(i: number, second: number, hour: number, fault: Fault | undefined, out: Float64Array): void {
    const node = this.nodes[i]!;
    const load = loadAt((hour + node.shiftH + 24) % 24);
    let at = (Math.imul(i, 0x9e3779b1) + second) & MASK;
    let k = 0;
    for (const { to, share } of node.calls) {
      at = (at + 7_919) & MASK;
      const callee = this.nodes[to]!;
      const down = fault?.kind === 'crash' && fault.target === to;
      const pause = this.pauses[to];
      // While a process starts, its calls go to another instance; the few that were under way fail.
      const isAway = pause !== undefined && second < pause.silentUntilS;
      const count = this.count(node.rate * share * load, at);
      const reached = fault === undefined ? 0 : fault.reach[to]!;
      const failing = fault === undefined ? 0 : fault.failing * reached;
      out[k++] =
        count === 0
          ? Number.NaN
          : down
            ? 0.002 * this.median[4]![at]!
            : this.latency(callee, at, load, count, second, pause) + (fault?.holds[to] === 1 ? fault.slower : 0);
      out[k++] =
        count === 0
          ? Number.NaN
          : down
            ? 0.004 * this.median[2]![at]!
            : this.tail(callee, at, load, count) + this.caught(reached, count, at, fault);
      out[k++] = count;
      out[k++] = Math.min(
        count,
        this.rare(count * 0.0008, at) +
          this.count(failing * count, at + 3) +
          (isAway && second === pause!.silentUntilS - 3 ? Math.min(2, Math.round(count * 0.02)) : 0),
      );
    }
    at = (at + 104_729) & MASK;
    const reached = fault === undefined ? 0 : fault.reach[i]!;
    const count = this.count(node.rate * load, at);
    out[k++] =
      count === 0
        ? Number.NaN
        : this.latency(node, at, load, count, second, this.pauses[i]) + (fault?.holds[i] === 1 ? fault.slower : 0);
    out[k++] = count === 0 ? Number.NaN : this.tail(node, at, load, count) + this.caught(reached, count, at, fault);
    out[k++] = count;
    out[k++] = Math.min(
      count,
      this.rare(count * 0.0008, at) + this.count(count * (fault === undefined ? 0 : fault.failing * reached), at + 3),
    );
    const isHot = fault?.kind === 'cpu' && fault.target === i;
    const jump = this.even[(at * 3) & MASK]! < (i % 50 === 0 ? 0.01 : 0.0005) ? 0.6 : 0;
    out[k++] = isHot
      ? 0.97
      : Math.min(1, Math.max(0.01, 0.05 + 0.4 * load + 0.02 * this.normal[at]! + 0.03 * this.slow[at]! + jump));
    out[k++] = this.memory[i]! * (1 + 0.15 * ((second % 600) / 600) + 0.01 * this.slow[at]!);
    out[k++] = 0.011 * this.median[2]![at]! + (isHot ? 0.2 : 0);
    out[k++] = Math.max(0, Math.round(4 + 10 * load + 2 * this.slow[at]!));
    while (k < FIGURES) out[k++] = Number.NaN;
  }

  /** What the slowest of a second's calls waits longer: where any of them is among those that wait for the fault. */
  private caught(reached: number, count: number, at: number, fault: Fault | undefined): number {
    if (fault === undefined || reached === 0) return 0;
    return this.even[(at * 11 + 5) & MASK]! < 1 - (1 - reached) ** count ? fault.slower : 0;
  }

  /** Events of a Poisson process, by a normal's shape where there are many. */
  private count(mean: number, place: number): number {
    const at = place & MASK;
    if (mean < 3) return this.rare(mean, at);
    return Math.max(0, Math.round(mean * (1 + 0.05 * this.slow[at]!) + Math.sqrt(mean) * this.normal[at]!));
  }

  /** Events of which few or none come a second. */
  private rare(mean: number, at: number): number {
    let left = this.even[(at * 5 + 17) & MASK]!;
    let chance = Math.exp(-mean);
    let n = 0;
    while (mean > 0 && left > chance && n < 12) {
      left -= chance;
      chance *= mean / ++n;
    }
    return n;
  }

  /** Median of a second's calls: the fewer they are, the more it jumps; a cold process is slower. Seconds. */
  private latency(of: Node, at: number, load: number, count: number, second: number, pause: Pause | undefined): number {
    const age = pause === undefined ? COLD_S : second - pause.startedS;
    const cold = age >= 0 && age < COLD_S ? 1 + 0.8 * (1 - age / COLD_S) : 1;
    return of.total * (1 + 0.3 * load) * cold * this.median[rowOf(count)]![at]! * (1 + 0.05 * this.slow[at]!);
  }

  /** The slowest of a second's calls, and now and then a pause of the process on top. Seconds. */
  private tail(of: Node, at: number, load: number, count: number): number {
    const other = (at * 7 + 31) & MASK;
    const pause = this.even[other]! < 0.002 ? 0.25 * this.even[(other * 7) & MASK]! : 0;
    return of.total * (1 + 0.3 * load) * this.most[rowOf(count)]![at]! + pause;
  }
}

const rowOf = (count: number): number => Math.min(5, 31 - Math.clz32(Math.max(1, count)));
