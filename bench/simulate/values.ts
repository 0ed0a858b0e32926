// The made-up platform's figures, second by second: seasons, heavy tails, sparse errors, single busy seconds, releases, restarts, gaps.
import { Calls, mixed } from './calls.ts';
import type { Fault } from './faults.ts';
import { FIGURES } from './schemas.ts';
import { drifting, gaussian, MASK, uniform } from './tables.ts';
import { type Node, settle } from './town.ts';

const HOUR_S = 3_600;
const DAY_S = 24 * HOUR_S;
/** Chances a second: release and restart of a service, a lost frame, a frame that lacks a value, a connection that breaks with what it carries. */
const RELEASE = 0.3 / DAY_S;
const RESTART = 0.2 / DAY_S;
const LOST = 0.0005;
const LACKING = 0.0005;
const BROKEN = 4 / DAY_S;
const UNIT = 1 / 4_294_967_296;
/** Draws of one service's second. */
const DRAWS = 16;
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
  private readonly calls: Calls;
  private readonly salt: number;
  private readonly normal: Float32Array;
  private readonly slow: Float32Array;
  private readonly even: Float32Array;
  private readonly pauses: (Pause | undefined)[];
  private readonly memory: Float64Array;

  constructor(nodes: readonly Node[], random: () => number) {
    this.nodes = nodes;
    this.random = random;
    this.calls = new Calls(random);
    this.salt = Math.floor(random() * 0x7fff_ffff);
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
    const moment = second + this.salt;
    let draw = i * DRAWS;
    for (const { to, share } of node.calls) {
      at = (at + 7_919) & MASK;
      draw += 3;
      const callee = this.nodes[to]!;
      const down = fault?.kind === 'crash' && fault.target === to;
      const pause = this.pauses[to];
      // While a process starts, its calls go to another instance; the few that were under way fail.
      const isAway = pause !== undefined && second < pause.silentUntilS;
      const count = this.count(node.rate * share * load, at);
      const reached = fault === undefined ? 0 : fault.reach[to]!;
      const failing = fault === undefined ? 0 : fault.failing * reached;
      // Caller and callee see the same calls, the more so the larger the caller's part of them.
      const isShared = mixed(moment, draw) * UNIT * callee.rate * load < count;
      const of = isShared ? to * DRAWS : draw;
      this.calls.draw(count, mixed(moment, of + 1), mixed(moment, of + 2));
      const usual = (down ? 0.002 : callee.total * (1 + 0.3 * load)) * this.warmth(pause, second, at);
      const late = fault?.holds[to] === 1 ? fault.slower : 0;
      out[k++] = count === 0 ? Number.NaN : usual * this.calls.median + late;
      out[k++] =
        count === 0
          ? Number.NaN
          : Math.max(late, this.caught(reached, count, at, fault)) + usual * this.calls.most + this.paused(at);
      out[k++] = count;
      const under = isAway && second === pause!.silentUntilS - 3 ? Math.min(2, Math.round(count * 0.02)) : 0;
      out[k++] = Math.min(
        count,
        this.failed(count, at, mixed(moment, draw)) + this.count(failing * count, at + 3) + under,
      );
    }
    at = (at + 104_729) & MASK;
    draw = i * DRAWS;
    const reached = fault === undefined ? 0 : fault.reach[i]!;
    const count = this.count(node.rate * load, at);
    this.calls.draw(count, mixed(moment, draw + 1), mixed(moment, draw + 2));
    const usual = node.total * (1 + 0.3 * load) * this.warmth(this.pauses[i], second, at);
    const late = fault?.holds[i] === 1 ? fault.slower : 0;
    out[k++] = count === 0 ? Number.NaN : usual * this.calls.median + late;
    out[k++] =
      count === 0
        ? Number.NaN
        : Math.max(late, this.caught(reached, count, at, fault)) + usual * this.calls.most + this.paused(at);
    out[k++] = count;
    const failing = fault === undefined ? 0 : fault.failing * reached;
    out[k++] = Math.min(count, this.failed(count, at, mixed(moment, draw)) + this.count(count * failing, at + 3));
    const isHot = fault?.kind === 'cpu' && fault.target === i;
    const jump = this.even[(at * 3) & MASK]! < (i % 50 === 0 ? 0.01 : 0.0005) ? 0.6 : 0;
    out[k++] = isHot
      ? 0.97
      : Math.min(1, Math.max(0.01, 0.05 + 0.4 * load + 0.02 * this.normal[at]! + 0.03 * this.slow[at]! + jump));
    out[k++] = this.memory[i]! * (1 + 0.15 * ((second % 600) / 600) + 0.01 * this.slow[at]!);
    this.calls.draw(4, mixed(moment, draw + 13), mixed(moment, draw + 14));
    out[k++] = 0.011 * this.calls.median + (isHot ? 0.2 : 0);
    out[k++] = Math.max(0, Math.round(4 + 10 * load + 2 * this.slow[at]!));
    const lacking = mixed(moment, draw + 15) * UNIT;
    if (lacking < LACKING) out[Math.floor((lacking / LACKING) * k)] = Number.NaN;
    while (k < FIGURES) out[k++] = Number.NaN;
  }

  /** Calls of `count` that fail without any fault: single ones, and those of a connection that breaks (Pareto, exponent 1.5). */
  private failed(count: number, at: number, bits: number): number {
    const single = this.rare(count * 0.0008, at);
    const u = bits * UNIT;
    return u < BROKEN ? single + Math.floor((u / BROKEN + 1e-6) ** (-1 / 1.5)) : single;
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

  /** How much slower a process is than usual: cold after a start, and drifting a little. */
  private warmth(pause: Pause | undefined, second: number, at: number): number {
    const age = pause === undefined ? COLD_S : second - pause.startedS;
    const cold = age >= 0 && age < COLD_S ? 1 + 0.8 * (1 - age / COLD_S) : 1;
    return cold * (1 + 0.05 * this.slow[at]!);
  }

  /** Now and then a pause of the process on top of a second's slowest call. Seconds. */
  private paused(at: number): number {
    const other = (at * 7 + 31) & MASK;
    return this.even[other]! < 0.002 ? 0.25 * this.even[(other * 7) & MASK]! : 0;
  }
}
