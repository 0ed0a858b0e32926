// What became of one request: how much was taken, what was refused and why, in the words that its sender is told.

import type { Described } from './describe.ts';
import { receiveLimits } from './limits.ts';
import { describeLabels, type Metadata } from './prometheus-labels.ts';
import type { RefusalReason } from './refusal.ts';
import type { Source } from './source.ts';

/** Series over a limit whose labels are still looked at in one request, to name the one at fault. */
const LOOKS_MAX = 200;

export class Taken {
  /** Samples of series that were refused. */
  lost = 0;
  exemplars = 0;
  /** Samples that were sent and did not become frames. */
  rejected = 0;
  /** Samples that became frames. */
  samples = 0;
  private readonly source: Source;
  private readonly reasons = new Map<RefusalReason, { count: number; detail: string }>();
  private looks = 0;

  constructor(source: Source) {
    this.source = source;
  }

  /** Notes a refusal; answers -1, the number of no series. */
  refuse(reason: RefusalReason, count: number, detail: string): -1 {
    const known = this.reasons.get(reason);
    if (known === undefined) this.reasons.set(reason, { count, detail });
    else known.count += count;
    return -1;
  }

  /** Registers a Prometheus series, or refuses it. */
  meet(labels: readonly (readonly [string, string])[], metadata: Metadata | undefined): number {
    if (labels.length > receiveLimits.labelsMax)
      return this.refuse(
        'labels_too_many',
        1,
        `a series has ${labels.length} labels, at most ${receiveLimits.labelsMax}`,
      );
    const fault = faultOf(labels);
    if (fault !== undefined) return this.refuse('labels_invalid', 1, fault);
    const described = describeLabels(labels, metadata);
    return described === undefined
      ? this.refuse('labels_invalid', 1, 'a series has no label __name__')
      : this.register(described);
  }

  /** Registers a series of any format, or refuses it with the label at fault. */
  register(described: Described): number {
    // A client that invents labels costs little once it is over its limit.
    if (this.source.isFull && ++this.looks > LOOKS_MAX) return this.refuse('series_limit', 1, '');
    const series = this.source.add(described);
    if (typeof series === 'number') return series;
    // The sender is told once.
    if (this.reasons.has(series)) return this.refuse(series, 1, '');
    const { name, seriesMax } = this.source;
    return this.refuse(
      series,
      1,
      series === 'series_limit'
        ? `source "${name}" has its ${seriesMax} series${this.source.blame()}`
        : `source "${name}" has its ${receiveLimits.probesMax} virtual probes${this.source.blame()}`,
    );
  }

  /** Adds what the source refused of the samples themselves. */
  settle(): void {
    const { ahead, behind, scattered, duplicate } = this.source.tally;
    this.rejected = this.lost + ahead + behind + scattered + duplicate;
    if (ahead > 0)
      this.refuse('time_ahead', ahead, `samples lie more than ${receiveLimits.aheadMsMax / 1_000} s ahead`);
    if (behind > 0)
      this.refuse('time_behind', behind, `samples are older than ${receiveLimits.behindMsMax / 3_600_000} h`);
    if (scattered > 0)
      this.refuse(
        'scattered',
        scattered,
        `more than ${receiveLimits.requestFramesMax} instants or ${receiveLimits.requestSamplesMax} samples in one request: split it`,
      );
    if (duplicate > 0)
      this.refuse('duplicate_sample', duplicate, 'a series has two samples at one time; the first was kept');
  }

  get refusals(): ReadonlyMap<RefusalReason, { readonly count: number; readonly detail: string }> {
    return this.reasons;
  }

  /** Refusals in a sentence each; empty where all was taken. */
  words(except: readonly RefusalReason[] = []): string {
    return [...this.reasons]
      .filter(([reason]) => !except.includes(reason))
      .map(([reason, { count, detail }]) => `${reason} (${count})${detail === '' ? '' : `: ${detail}`}`)
      .join('; ');
  }
}

/** Prometheus demands sorted, unique, non-empty label names. */
const faultOf = (labels: readonly (readonly [string, string])[]): string | undefined => {
  if (labels.length === 0) return 'a series has no labels';
  let before = '';
  for (const [name] of labels) {
    if (name === '') return 'a label has no name';
    // In order they are unique; only where they are not is each looked for among the others.
    if (!(name > before)) return twiceIn(labels);
    before = name;
  }
  return undefined;
};

const twiceIn = (labels: readonly (readonly [string, string])[]): string | undefined => {
  const seen = new Set<string>();
  for (const [name] of labels) {
    if (name === '') return 'a label has no name';
    if (seen.has(name)) return `label "${name.slice(0, 64)}" stands twice`;
    seen.add(name);
  }
  return undefined;
};
