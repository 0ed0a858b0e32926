// One target's answers into the source: lines are recognised by their bytes, and a series that was there last time and is not now ends with a stale marker.
import { Key } from '../key.ts';
import { receiveLimits } from '../limits.ts';
import { type Metadata, metricType } from '../prometheus-labels.ts';
import { Refusal } from '../refusal.ts';
import { SeriesIndex } from '../series-index.ts';
import type { Source } from '../source.ts';
import type { Taken } from '../taken.ts';
import type { Job } from './config.ts';
import { digest } from './discovery.ts';
import { relabel } from './relabel.ts';
import { labelsOf, parseText } from './text.ts';

export type Outcome = { readonly scraped: number; readonly kept: number; readonly added: number };
/** What a target has, apart from its answers. */
export type Target = {
  readonly number: number;
  readonly job: Pick<Job, 'honor_labels' | 'honor_timestamps' | 'metric_relabel_configs' | 'sample_limit'>;
  readonly labels: ReadonlyMap<string, string>;
  /** Its series that were in the last answer. */
  series: number[];
};

/** The number of a series that relabelling drops: it is recognised too. */
const DROPPED = -2;
const types: Readonly<Record<string, number>> = {
  counter: metricType.counter,
  gauge: metricType.gauge,
  histogram: metricType.histogram,
  summary: metricType.summary,
};
/** Suffixes that a family's samples carry and its TYPE line does not. */
const suffix = /_(total|created|bucket|sum|count|info)$/;

export class Expositions {
  readonly source: Source;
  private index: SeriesIndex;
  private known = 0;
  private readonly seed: number;
  private readonly key = new Key();
  /** By series: the answer that it was last in. */
  private answerOf = new Int32Array(1_024);
  private answer = 0;
  /** Series about targets, by the target's number and the name. */
  private readonly about = new Map<string, number>();

  constructor(source: Source, seed: number) {
    this.source = source;
    this.seed = seed;
    this.index = new SeriesIndex(seed);
  }

  /** Takes an answer in; the source must have begun. Throws Refusal where it cannot be read or is too large: then none of it may be published. */
  take(target: Target, bytes: Uint8Array, isOpenMetrics: boolean, timeMs: number, taken: Taken): Outcome {
    if (this.known > receiveLimits.scrapeLinesMax) {
      this.index = new SeriesIndex(this.seed);
      this.known = 0;
    }
    const { key, source } = this;
    const answer = ++this.answer;
    const about = new Map<string, Metadata>();
    const now: number[] = [];
    const before = source.live;
    const most = target.job.sample_limit ?? Number.POSITIVE_INFINITY;
    let [scraped, kept] = [0, 0];
    parseText(bytes, isOpenMetrics, {
      sample: (from, to, value, ownMs) => {
        scraped++;
        key.room(8);
        key.view.setInt32(0, target.number, true);
        const end = key.put(4, bytes, from, to);
        let series = this.index.find(key.bytes, key.view, 0, end);
        if (series === -1) {
          series = this.meet(target, bytes, from, to, about, taken);
          if (series !== -1) {
            this.index.add(key.bytes, key.view, 0, end, series);
            this.known++;
          }
        }
        if (series < 0) {
          if (series === -1) taken.lost++;
          return;
        }
        kept++;
        if (kept > most) throw new Refusal('sample_limit', `more than ${most} samples in an answer`);
        if (series >= this.answerOf.length) this.widen(series);
        if (this.answerOf[series] !== answer) {
          this.answerOf[series] = answer;
          now.push(series);
        }
        source.sample(series, target.job.honor_timestamps && !Number.isNaN(ownMs) ? ownMs : timeMs, value);
      },
      about: (family, what, text) => {
        if (about.size > receiveLimits.scrapeFamiliesMax) return;
        const of = about.get(family) ?? { type: 0, unit: '' };
        about.set(family, what === 'UNIT' ? { ...of, unit: text } : { ...of, type: types[text] ?? 0 });
      },
    });
    this.stale(target.series, timeMs, answer);
    target.series = now;
    return { scraped, kept, added: source.live - before };
  }

  /** A figure about the target itself, such as `up`; the source must have begun. */
  own(target: Target, name: string, value: number, timeMs: number, taken: Taken): void {
    const key = `${target.number} ${name}`;
    let series = this.about.get(key);
    if (series === undefined) {
      series = taken.meet([['__name__', name], ...target.labels], undefined);
      if (series < 0) return;
      this.about.set(key, series);
    }
    this.source.sample(series, timeMs, value);
  }

  /** Ends every series of a target that is gone or does not answer. */
  gone(target: Target, timeMs: number): void {
    this.stale(target.series, timeMs, ++this.answer);
    target.series = [];
  }

  forget(gone: ReadonlySet<number>): void {
    this.index.forget(gone);
    for (const [key, series] of this.about) if (gone.has(series)) this.about.delete(key);
  }

  /** A stale marker is a NaN: it makes no row and is counted as missing. */
  private stale(series: readonly number[], timeMs: number, answer: number): void {
    for (const one of series) if (this.answerOf[one] !== answer) this.source.sample(one, timeMs, Number.NaN);
  }

  private meet(
    target: Target,
    bytes: Uint8Array,
    from: number,
    to: number,
    about: ReadonlyMap<string, Metadata>,
    taken: Taken,
  ): number {
    if (to - from > receiveLimits.labelBytesMax)
      return taken.refuse(
        'labels_too_many',
        1,
        `the labels of a series take ${to - from} bytes, at most ${receiveLimits.labelBytesMax}`,
      );
    const labels = labelsOf(bytes, from, to);
    const name = labels.get('__name__') ?? '';
    for (const [label, value] of target.labels) {
      const own = labels.get(label);
      if (own !== undefined && target.job.honor_labels) continue;
      if (own !== undefined) labels.set(`exported_${label}`, own);
      labels.set(label, value);
    }
    if (!relabel(labels, target.job.metric_relabel_configs, digest)) return DROPPED;
    for (const label of labels.keys()) if (label !== '__name__' && label.startsWith('__')) labels.delete(label);
    return taken.meet([...labels], about.get(name) ?? about.get(name.replace(suffix, '')));
  }

  private widen(series: number): void {
    const wider = new Int32Array(Math.max(this.answerOf.length * 2, series + 1));
    wider.set(this.answerOf);
    this.answerOf = wider;
  }
}
