// Edges many of whose calls fail: seldom enough to wake somebody by the calls alone, before the band, which earlier bursts may have
// widened and which waits for a third sample, has made up its mind.
import type { Anomaly } from '@fenghuo/rules/contract';
import type { Series } from '../series.ts';
import type { Watch } from '../watch.ts';
import { told } from './slow.ts';

/** Share of a tick's calls that must fail. */
const failingShare = 0.1;

/** The last ticks in which so many calls failed, as an anomaly like the detector's; undefined where the present tick is none. */
export const failing = (watch: Watch, one: Series): Anomaly | undefined => {
  const counts = watch.groups.counts.get(one.calls);
  if (one.meta.caller === undefined || counts === undefined || counts.lastMs !== one.lastMs) return undefined;
  const values = watch.bank.values(one.index);
  const calls = watch.bank.values(counts.index);
  let ticks = 0;
  while (ticks < values.length) {
    const value = values[values.length - 1 - ticks]!;
    const n = calls[calls.length - 1 - ticks];
    if (!(value >= 1) || n === undefined || value < failingShare * n) break;
    ticks++;
  }
  if (ticks === 0) return undefined;
  return told(watch, one, ticks);
};
