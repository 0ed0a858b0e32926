// A trouble that is over though the bank holds on to its anomaly: nobody called, so that nothing could end it, and the few samples since are fine.
// What stirs then is another trouble, and what there was before it is no evidence of it.
import type { Anomaly } from '@fenghuo/rules/contract';
import type { Series } from '../series.ts';
import type { Watch } from '../watch.ts';
import { calmTicks } from './failures.ts';

/**
 * When the last trouble of a series began, epoch ms, after ticks with nothing bad, some of them told; undefined where the samples do not reach back
 * to that calm.
 * @param span samples back from the present that belong to it  @param isBad whether a sample is out of its band
 */
export const beganAt = (
  { timesMs, values }: { readonly timesMs: ArrayLike<number>; readonly values: ArrayLike<number> },
  span: number,
  isBad: (value: number) => boolean,
): number | undefined => {
  let [first, quiet, calm] = [values.length - 1, 0, 0];
  for (let i = values.length - 1; i >= 0; i--) {
    const value = values[i]!;
    if (i >= values.length - span || isBad(value)) [first, quiet, calm] = [i, 0, 0];
    else [quiet, calm] = [quiet + 1, calm + (Number.isNaN(value) ? 0 : 1)];
    if (quiet >= calmTicks && calm > 0) return timesMs[first];
  }
  return undefined;
};

/** The bank's anomaly with the onset of the trouble that it is about now, which has lasted for `span` samples. */
export const anew = (watch: Watch, { index, meta }: Series, said: Anomaly, span: number): Anomaly => {
  const { low, high } = said;
  const isBad = (value: number): boolean => (meta.bad !== 'down' && value > high) || (meta.bad !== 'up' && value < low);
  const began = beganAt(watch.bank.recent(index), span, isBad);
  return began === undefined || began <= said.onsetMs ? said : { ...said, onsetMs: began };
};
