// One sender: its series by number, its virtual probes, its limits. Samples go in by number and come out as frames.
import { hash64 } from '@fenghuo/rules/contract';
import { columnOf, type Described, resourceKey, within } from './describe.ts';
import { LabelSpread } from './label-spread.ts';
import { receiveLimits } from './limits.ts';
import { type Announced, type Sealed, VirtualProbe } from './virtual-probe.ts';

export type SourceOptions = {
  readonly name: string;
  /** Epoch ms at which the receiver started. */
  readonly incarnation: number;
  readonly seriesMax: number;
};
/** What a request becomes: announcements first, then frames. */
export type Harvest = { readonly schemas: Announced[]; readonly frames: Sealed[] };
/** Whether a sample of a series (its id) at a time is stored. */
type Stored = (series: string, timeMs: number) => boolean;
export type Tally = {
  samples: number;
  duplicate: number;
  ahead: number;
  behind: number;
  missing: number;
  scattered: number;
};

export class Source {
  readonly name: string;
  readonly seriesMax: number;
  readonly spread = new LabelSpread();
  live = 0;
  private readonly incarnation: number;
  private readonly byResource = new Map<string, VirtualProbe[]>();
  private probes: (VirtualProbe | undefined)[] = [];
  private made = 0;
  private readonly probeOf: VirtualProbe[] = [];
  private placeOf = new Uint16Array(1_024);
  /** Seconds since 1970. */
  private seen = new Uint32Array(1_024);
  private readonly freeSlots: number[] = [];
  private turn = 0;
  private touched: VirtualProbe[] = [];
  private frames: Sealed[] = [];
  private schemas: Announced[] = [];
  private rows = 0;
  private nowSeconds = 0;
  /** Samples from before and after these instants are refused. */
  private earliestMs = 0;
  private latestMs = 0;
  private openRows = 0;
  private stored: Stored | undefined;
  tally: Tally = emptyTally();

  constructor(options: SourceOptions) {
    this.name = options.name;
    this.incarnation = options.incarnation;
    this.seriesMax = options.seriesMax;
  }

  get isFull(): boolean {
    return this.live >= this.seriesMax;
  }

  /** Begins a request; nothing else may touch the source until `end`. @param stored what is stored of it already and makes no frame */
  begin(nowMs: number, stored?: Stored): void {
    this.turn++;
    this.stored = stored;
    this.nowSeconds = Math.floor(nowMs / 1_000);
    this.earliestMs = nowMs - receiveLimits.behindMsMax;
    this.latestMs = nowMs + receiveLimits.aheadMsMax;
    this.touched = [];
    this.frames = [];
    this.schemas = [];
    this.rows = 0;
    this.openRows = 0;
    this.tally = emptyTally();
  }

  /** A new series; its number, or why there is no room for it. */
  add(described: Described): number | 'series_limit' | 'probes_limit' {
    const { attributes } = described.column;
    for (const label of Object.keys(attributes)) this.spread.see(label, attributes[label]!);
    if (described.resource.instance !== undefined) this.spread.see('instance', described.resource.instance);
    if (this.live >= this.seriesMax) return 'series_limit';
    const column = columnOf(described);
    const key = resourceKey(described.resource);
    const family = this.byResource.get(key) ?? [];
    let probe = family.at(-1);
    if (probe === undefined || !probe.hasRoom(column)) {
      if (this.probes.length >= receiveLimits.probesMax) return 'probes_limit';
      const { service = '', instance = '', host = '' } = described.resource;
      const id = `${this.name}/${service}@${instance || host}/${this.made++}`;
      probe = new VirtualProbe(within(id, hash64), described.resource, this.incarnation);
      this.probes.push(probe);
      family.push(probe);
      this.byResource.set(key, family);
    }
    const slot = this.freeSlots.pop() ?? this.probeOf.length;
    if (slot >= this.placeOf.length) this.widen();
    this.probeOf[slot] = probe;
    this.placeOf[slot] = probe.add(column, slot);
    this.live++;
    return slot;
  }

  /** An address under which others reach the service of a series. */
  listen(slot: number, address: string): void {
    const probe = this.probeOf[slot]!;
    if (probe.listen(address)) this.touch(probe);
  }

  /** One sample of a known series. NaN is "no value": it makes no row, whichever of its bits are set. */
  sample(slot: number, timeMs: number, value: number): void {
    const { tally } = this;
    if (!(timeMs <= this.latestMs)) tally.ahead++;
    else if (!(timeMs >= this.earliestMs)) tally.behind++;
    else {
      this.seen[slot] = this.nowSeconds;
      if (Number.isNaN(value)) tally.missing++;
      else this.keep(this.probeOf[slot]!, this.placeOf[slot]!, timeMs, value);
    }
  }

  /** Ends the request: what it became, in the order in which it must be published. */
  end(): Harvest {
    this.sealAll();
    const { schemas, frames } = this;
    this.touched = [];
    return { schemas, frames };
  }

  /** Numbers of series that nobody has reported for `idleMsMax`, whole probes at a time; they are free for others now. */
  sweep(nowMs: number): number[] {
    const least = (nowMs - receiveLimits.idleMsMax) / 1_000;
    const gone: number[] = [];
    for (const [key, family] of this.byResource) {
      // A probe that is mostly idle goes as a whole; those of its series that live come back with their next sample.
      const kept = family.filter((probe) => {
        let idle = 0;
        for (const slot of probe.slots) if (this.seen[slot]! < least) idle++;
        if (idle * 2 <= probe.slots.length) return true;
        gone.push(...probe.slots);
        return false;
      });
      if (kept.length === 0) this.byResource.delete(key);
      else if (kept.length !== family.length) this.byResource.set(key, kept);
    }
    if (gone.length === 0) return gone;
    this.probes = [...this.byResource.values()].flat();
    this.freeSlots.push(...gone);
    this.live -= gone.length;
    return gone;
  }

  /** Which label has most values, for the refusal that names it. */
  blame(): string {
    const widest = this.spread.widest();
    return widest === undefined ? '' : `; label "${widest.label}" has about ${widest.values} values`;
  }

  private keep(probe: VirtualProbe, place: number, timeMs: number, value: number): void {
    const { tally } = this;
    if (this.stored?.(probe.idOf(place), timeMs)) {
      tally.samples++;
      return;
    }
    this.touch(probe);
    if (!probe.turnTo(timeMs)) {
      if (this.rows >= receiveLimits.requestFramesMax) {
        tally.scattered++;
        return;
      }
      this.rows++;
      // By their number, not by their size, which others' series change: a request that comes again must be cut alike.
      if (this.openRows >= receiveLimits.openRowsMax) this.sealAll();
      this.openRows++;
      probe.open(timeMs);
    }
    if (tally.samples >= receiveLimits.requestSamplesMax) tally.scattered++;
    else if (probe.put(place, value)) tally.samples++;
    else tally.duplicate++;
  }

  private touch(probe: VirtualProbe): void {
    if (probe.turn === this.turn) return;
    probe.turn = this.turn;
    this.touched.push(probe);
  }

  private sealAll(): void {
    for (const probe of this.touched) {
      if (probe.isChanged) this.schemas.push({ probe, schema: probe.announce() });
      probe.seal((sealed) => this.frames.push(sealed));
    }
    this.openRows = 0;
  }

  private widen(): void {
    const places = new Uint16Array(this.placeOf.length * 2);
    places.set(this.placeOf);
    this.placeOf = places;
    const seen = new Uint32Array(this.seen.length * 2);
    seen.set(this.seen);
    this.seen = seen;
  }
}

const emptyTally = (): Tally => ({ samples: 0, duplicate: 0, ahead: 0, behind: 0, missing: 0, scattered: 0 });
