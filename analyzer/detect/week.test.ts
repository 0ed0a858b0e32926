// A report that is made on Sunday nights: the fourth is no news, one in the middle of the week is.
import { seededRandom } from '@fenghuo/kit';
import { describe, expect, it } from 'vitest';
import { runSingle } from './run.ts';
import { Weeks, weekBytes, weeksMax } from './week.ts';

const HOUR_S = 3_600;
const DAY = 24;
/** A Monday, 00:00 UTC. */
const MONDAY_S = 1_700_438_400;

/** The load of a platform over so many weeks, hour by hour; `report` says at which hours the weekly report is made. */
const load = (weeks: number, report: (hour: number) => boolean) => {
  const random = seededRandom(7);
  const noise = () => 4 * (random() + random() + random() + random() - 2);
  return Array.from({ length: weeks * 7 * DAY }, (_, hour) => {
    const usual = 100 + 40 * Math.sin((2 * Math.PI * ((hour % DAY) - 6)) / DAY);
    return usual + (report(hour) ? 160 : 0) + noise();
  });
};
const toldDays = (values: readonly number[]): number[] => {
  const verdicts = runSingle(
    values.map((_, hour) => MONDAY_S + hour * HOUR_S),
    values,
  );
  return verdicts.flatMap(({ anomaly }, hour) =>
    anomaly === 1 && verdicts[hour - 1]?.anomaly !== 1 ? [Math.floor(hour / DAY)] : [],
  );
};
const SUNDAY_NIGHT = 6 * DAY + 2;
const isReport = (hour: number) => hour % (7 * DAY) === SUNDAY_NIGHT || hour % (7 * DAY) === SUNDAY_NIGHT + 1;

describe('days of the week', () => {
  it('are no surprise once they are known, and hide no other day', () => {
    const told = toldDays(load(12, isReport));
    expect(told.length).toBeGreaterThan(0);
    // Known after two weeks and some.
    expect(told.filter((day) => day >= 28)).toEqual([]);
    const wednesday = 10 * 7 + 2;
    const again = toldDays(load(12, (hour) => isReport(hour) || hour === wednesday * DAY + 2));
    expect(again.filter((day) => day >= 28)).toEqual([wednesday]);
  });

  it('have a bounded price: profiles beyond the limit are refused', () => {
    const weeks = new Weeks();
    for (let k = 0; k < weeksMax; k++) expect(weeks.open(0)).toBe(k + 1);
    expect(weeks.open(0)).toBe(0);
    expect(weekBytes).toBeLessThanOrEqual(1_024);
  });
});
