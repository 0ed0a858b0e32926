// The healthy hour's plan and what must hold of it: pure, so that a try of three minutes and the hour are the same thing on another scale.
import { faults } from '../../examples/takeaway/faults/table.ts';
import type { Seen } from '../incident/witness.ts';

/** A turn of an ordinary day, by the switch's own names; times in seconds from the plan's begin. */
export type Turn = {
  readonly says: string;
  readonly atS: number;
  readonly seconds: number;
  readonly fault: string;
  readonly target: string;
  readonly options: Readonly<Record<string, string>>;
};

/** The surge is as sudden and as high however long the plan is: a minute, or a tenth of a short try. */
const SURGE_S = 60;

/**
 * Two meal peaks that rise and fall again, a deploy that really runs beside the old release, a planned restart under maintenance, a
 * promotion, and at the end a surge; `random` draws who is deployed to and who restarts. In order, none overlaps another.
 */
export const turns = (minutes: number, random: () => number): readonly Turn[] => {
  const whole = minutes * 60;
  const pick = (from: readonly string[]): string => from[Math.floor(random() * from.length)]!;
  const part = (share: number): number => Math.round(share * whole);
  const peak = (says: string, from: number, factor: number): Turn => {
    const seconds = part(0.2);
    const options = { factor: String(factor), ramp: String(seconds * 0.4), fall: String(seconds * 0.4) };
    return { says, atS: part(from), seconds, fault: 'meal-peak', target: 'load', options };
  };
  const surge = Math.min(SURGE_S, part(0.1));
  return [
    peak('lunch: twice the customers', 0.05, 2),
    {
      says: 'a deploy, announced: the new release gets a tenth of the calls and fails none',
      atS: part(0.29),
      seconds: part(0.06),
      fault: 'bad-release',
      target: pick(faults['bad-release']!.targets),
      options: { share: '0.1', bad: '0' },
    },
    {
      says: 'a planned restart under announced maintenance',
      atS: part(0.4),
      seconds: 5,
      fault: 'planned-restart',
      target: pick(faults['planned-restart']!.targets),
      options: {},
    },
    peak('dinner: two and a half times the customers', 0.47, 2.5),
    {
      says: 'a promotion, announced: half as many customers again',
      atS: part(0.7),
      seconds: part(0.08),
      fault: 'promotion',
      target: 'load',
      options: {},
    },
    {
      says: 'a surge: four times the customers within three seconds, nothing broken',
      atS: part(0.84),
      seconds: surge,
      fault: 'surge',
      target: 'load',
      options: {},
    },
  ];
};

export type Hour = {
  readonly minutes: number;
  readonly seen: readonly Seen[];
  /** Incidents paged at the receiver; null where the stream was only read again. */
  readonly pages: number | null;
  readonly turns: readonly { readonly says: string; readonly fromMs: number }[];
};

/** What the hour must show; each with whether it holds. */
export const hourHolds = ({ minutes, seen, pages, turns: done }: Hour): readonly (readonly [string, boolean])[] => {
  const opened = seen.flatMap(({ decision: d }) => (d.type === 'incident.opened' ? [d] : []));
  const isWarning = opened.filter(({ severity }) => severity !== 'info');
  const acted = seen.filter(({ decision: d }) => d.type === 'action.state' && d.to === 'applied').length;
  const surgeMs = done.at(-1)?.fromMs ?? Number.POSITIVE_INFINITY;
  const before = opened.filter(({ onsetMs }) => onsetMs < surgeMs).length;
  return [
    [`${done.length} turns of an ordinary day in ${minutes} min`, done.length === 6],
    [`incidents before the surge: ${before}`, before === 0],
    [`beyond a notice during the surge: ${isWarning.length - before}`, isWarning.length - before <= 0],
    [`notices: ${opened.length - isWarning.length} ≤ 1`, opened.length - isWarning.length <= 1],
    [`actions applied: ${acted}`, acted === 0],
    ...(pages === null ? [] : [[`pages: ${pages}`, pages === 0] as const]),
  ];
};
