// The sources of a partition, who shares which way, what is so of them now and what the log has told: what tells a silent probe, a slow bus
// and a dead service apart is judge.ts, out of watermarks (watermark.ts) and of what others see (witness.ts).
import {
  type Frame,
  type FrameSchema,
  hash64,
  type LiveSources,
  limits,
  type SourceState,
} from '@fenghuo/rules/contract';
import type { Watch } from '../watch.ts';
import { judge, type Seen } from './judge.ts';
import { hear, isHeard, isKnown, isUnsettled, type Source, sourceOf, type Way, wayOf } from './watermark.ts';
import { callersOf } from './witness.ts';

/** A source that has been away for so long is forgotten. */
const AGE_MS_MAX = 900_000;
/** However long the bus is slow, nobody is waited for longer: what waits must end. */
const AWAITED_MS_MAX = 60_000;
/** A sender's probes carry its name; what comes straight onto the bus shares the partition alone. */
const senderOf = (probe: string): string | undefined => /^(.+)\/[^/]*@[^/]*\/\d+$/.exec(probe)?.[1];

export class Sources {
  /** Troubles that the log has told and not taken back, by source. */
  readonly told = new Map<string, SourceState>();
  /** What is so now. */
  private standing: ReadonlyMap<string, SourceState> = new Map();
  private readonly ways = new Map<string, Way>();
  private readonly all = new Map<string, Source>();
  private readonly seen = new Map<Source, Seen>();
  private readonly bus: Way;
  private readonly watch: Watch;
  private readonly everyone = (): Iterable<Source> => this.all.values();
  private lookedTickMs = -1;
  private lookedMs = -1;

  constructor(partition: number, watch: Watch) {
    this.bus = this.wayNamed(`partition ${partition}`);
    this.watch = watch;
  }

  learn({ probe, resource }: FrameSchema): void {
    const sender = senderOf(probe);
    const hash = hash64(probe);
    const of = this.all.get(hash) ?? sourceOf(probe, sender === undefined ? this.bus : this.wayNamed(sender));
    of.service = resource.service;
    of.host = resource.host;
    this.all.set(hash, of);
  }

  hear({ probe, timeMs }: Frame, atMs: number): void {
    const of = this.all.get(probe);
    if (of !== undefined) hear(of, timeMs, atMs, this.everyone);
  }

  /** While so, who says nothing may be on its way. */
  isUnsettled(atMs: number): boolean {
    return isUnsettled(this.bus, atMs);
  }

  /** Whoever was heard after this may still tell of a tick. @param waitMs how long one waits while the bus is well */
  awaitedFrom(atMs: number, waitMs: number): number {
    const slowMs = isUnsettled(this.bus, atMs) ? this.bus.slowSinceMs : atMs;
    return Math.max(slowMs, atMs - AWAITED_MS_MAX) - waitMs;
  }

  /** Judges every source as of stream time `atMs`; `tickMs` is the tick that is judged. Once a tick: on a fleet the engine looks far more often. */
  look(atMs: number, tickMs: number): void {
    if (tickMs <= this.lookedTickMs && atMs - this.lookedMs < limits.tickMs) return;
    this.lookedTickMs = tickMs;
    this.lookedMs = atMs;
    const known = new Map<Way, Source[]>([...this.ways.values()].map((way) => [way, []]));
    for (const one of this.all.values()) if (isKnown(one)) known.get(one.way)?.push(one);
    const { seen, standing: before } = this;
    const asked = (service: string, sinceMs: number) => callersOf(this.watch, service, sinceMs, tickMs);
    const look = { atMs, tickMs, before, seen, all: [...this.all.values()], callersOf: asked };
    const now = [...known].flatMap(([way, of]) => judge(way, of, look));
    this.standing = new Map(now.map((one) => [one.source, one]));
  }

  /** Troubles to tell, within the limit, and those that are over. What nobody can tell the reason of is shown and not told. */
  turned(): { readonly began: readonly SourceState[]; readonly over: readonly SourceState[] } {
    const over = [...this.told.values()].filter(({ source }) => !this.standing.has(source));
    const room = limits.sourcesShownMax - this.told.size + over.length;
    const began = [...this.standing.values()].filter(
      ({ source, state }) => state !== 'unheard' && this.told.get(source)?.state !== state,
    );
    return { began: began.slice(0, Math.max(0, room)), over };
  }

  live(atMs: number): LiveSources {
    const troubled = { bus_slow: 0, probe_silent: 0, service_dead: 0, unheard: 0 };
    for (const { state } of this.standing.values()) troubled[state]++;
    let [flowing, watermarkMs] = [0, Number.POSITIVE_INFINITY];
    for (const one of this.all.values())
      if (one.frames > 0 && isHeard(one, atMs)) {
        flowing++;
        watermarkMs = Math.min(watermarkMs, one.watermarkMs);
      }
    const shown = [...this.standing.values()].slice(0, limits.sourcesShownMax);
    return { flowing, troubled, watermarkMs: flowing === 0 ? null : watermarkMs, shown };
  }

  /** Whether it is remembered at all. */
  knows(source: string): boolean {
    return this.ways.has(source) || this.all.has(hash64(source));
  }

  /** Forgets who has been away for long. */
  prune(atMs: number): void {
    for (const [hash, one] of this.all) {
      if (one.frames === 0 || atMs - one.heardMs <= AGE_MS_MAX) continue;
      this.all.delete(hash);
      this.seen.delete(one);
    }
    const used = new Set([this.bus, ...[...this.all.values()].map(({ way }) => way)]);
    for (const way of this.ways.values()) if (!used.has(way)) this.ways.delete(way.name);
  }

  private wayNamed(name: string): Way {
    const way = this.ways.get(name) ?? wayOf(name);
    this.ways.set(name, way);
    return way;
  }
}
