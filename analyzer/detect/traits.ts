// A series' metadata as bits, so that the hot path compares no strings and touches no object.
import type { SeriesMeta } from '../types.ts';
import { backward, floors, forward, type Transform, transformOf } from './transform.ts';

const LOG = 1;
const ROOT = 2;
const BAD_UP = 4;
const BAD_DOWN = 8;
const SHARE = 16;
const PERCENT = 32;
const ODDS = 64;

export const traitsOf = (meta: SeriesMeta): number => {
  const transform = transformOf(meta);
  const byTransform =
    transform === 'log'
      ? LOG
      : transform === 'root'
        ? ROOT
        : transform === 'odds' || transform === 'percentOdds'
          ? ODDS
          : 0;
  const byBad = meta.bad === 'up' ? BAD_UP : meta.bad === 'down' ? BAD_DOWN : 0;
  return byTransform | byBad | (meta.unit === '1' ? SHARE : meta.unit === '%' ? PERCENT : 0);
};

export const isPlain = (traits: number): boolean => (traits & (LOG | ROOT | ODDS)) === 0;

/** Whether a deviation of this sign is the bad one. */
export const isBadWay = (traits: number, z: number): boolean =>
  (traits & (BAD_UP | BAD_DOWN)) === 0 || ((traits & BAD_UP) !== 0 ? z > 0 : z < 0);

/** Sign of the bad direction, 0 where both are. */
export const badWay = (traits: number): -1 | 0 | 1 =>
  (traits & BAD_UP) !== 0 ? 1 : (traits & BAD_DOWN) !== 0 ? -1 : 0;

const nameOf = (traits: number): Transform => {
  if ((traits & LOG) !== 0) return 'log';
  if ((traits & ROOT) !== 0) return 'root';
  if ((traits & ODDS) !== 0) return (traits & PERCENT) !== 0 ? 'percentOdds' : 'odds';
  return 'identity';
};
export const onto = (traits: number, value: number): number =>
  isPlain(traits) ? value : forward(nameOf(traits), value);
export const back = (traits: number, x: number): number => backward(nameOf(traits), x);
/** The least scale, see `floors`; without strings, for it is asked at every sample. */
export const floorOf = (traits: number, location: number): number => {
  if ((traits & LOG) !== 0) return floors.log;
  if ((traits & ROOT) !== 0) return floors.root;
  if ((traits & ODDS) !== 0) return floors.odds;
  if ((traits & SHARE) !== 0) return floors.share;
  if ((traits & PERCENT) !== 0) return floors.percent;
  const relative = floors.relative * (location < 0 ? -location : location);
  return Math.max(relative, floors.least);
};
