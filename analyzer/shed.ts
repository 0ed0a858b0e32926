// What is not looked at when the analyzer cannot keep up, in a stated order: first what opens no incident and was never anomalous, last
// what customers wait for. Frames are taken in all the same, so each figure's last value, KPIs and objectives stay whole.
import type { DetectorRule, MetricClass } from '@fenghuo/rules/contract';
import type { Series } from './series.ts';

/** 0 looks at everything; from 3 on only calls between services, figures of business and what is anomalous are looked at. */
export const shedLevelMax = 3;

/** What one frame reports, as far as shedding concerns it. */
export type Shown = {
  readonly series: readonly Series[];
  readonly indices: Uint32Array;
  /** The places of its columns that are looked at, and their series, as of the shed's `version`. */
  version: number;
  places: Uint32Array;
  watched: Uint32Array;
};
export const allShown = (series: readonly Series[], indices: Uint32Array): Shown => ({
  series,
  indices,
  version: 0,
  places: new Uint32Array(),
  watched: indices,
});

export class Shed {
  level = 0;
  /** Samples that were not looked at so far. */
  samples = 0;
  /** Grows whenever another choice may come out. */
  private version = 0;
  /** Series that have been anomalous. */
  private readonly spoke = new Set<number>();
  private readonly opens: ReadonlyMap<MetricClass, DetectorRule>;
  private readonly active: ReadonlySet<number>;

  /** @param opens classes whose figures may open an incident  @param active indices of what is anomalous or silent now */
  constructor(opens: ReadonlyMap<MetricClass, DetectorRule>, active: ReadonlySet<number>) {
    this.opens = opens;
    this.active = active;
  }

  set(level: number): void {
    if (level === this.level) return;
    this.level = level;
    this.version++;
  }

  /**
   * A series became anomalous. What is chosen stays until the level changes: only what is looked at can turn, and it goes on being looked at.
   * Choosing anew whenever something turned cost a fleet more than shedding saved, and so it shed on.
   */
  spokeUp(index: number): void {
    this.spoke.add(index);
  }

  forget(index: number): void {
    this.spoke.delete(index);
  }

  /** Brings what is looked at of a frame up to date; whether that is all of it. */
  choose(of: Shown): boolean {
    if (of.version !== this.version) {
      const places = of.series.flatMap((one, i) => (this.isKept(one) ? [i] : []));
      of.places = Uint32Array.from(places);
      of.watched = this.level === 0 ? of.indices : of.indices.filter((_, i) => this.isKept(of.series[i]!));
      of.version = this.version;
    }
    return of.watched.length === of.indices.length;
  }

  private isKept({ index, meta }: Series): boolean {
    if (this.level === 0 || meta.caller !== undefined || meta.class === 'business' || this.active.has(index))
      return true;
    if (this.level >= shedLevelMax) return false;
    return this.opens.has(meta.class) || (this.level === 1 && this.spoke.has(index));
  }
}

/** A level as the code of the engine's note, and back; undefined for other notes. */
export const shedCode = (level: number): string => `shed_${level}`;
export const shedLevelOf = (code: string): number | undefined => {
  const level = /^shed_([0-3])$/.exec(code)?.[1];
  return level === undefined ? undefined : Number(level);
};

/** Each level in words. */
export const shedWords: readonly { readonly en: string; readonly zh: string }[] = [
  { en: 'The analyzer keeps up again: every figure is looked at', zh: '分析器已跟上数据流：恢复检测全部指标' },
  {
    en: 'The analyzer cannot keep up: figures that open no incident and were never anomalous are not looked at',
    zh: '分析器跟不上数据流：暂不检测不会触发事件且从未异常的指标',
  },
  {
    en: 'The analyzer cannot keep up: figures that open no incident are not looked at unless they are anomalous',
    zh: '分析器跟不上数据流：暂不检测不会触发事件的指标（正在异常的除外）',
  },
  {
    en: 'The analyzer cannot keep up: only calls between services, business figures and what is anomalous are looked at',
    zh: '分析器跟不上数据流：仅检测服务间调用、业务指标以及正在异常的指标',
  },
];
