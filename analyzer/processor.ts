// Whether the services of a host are short of its processors, by how long each is runnable and waits for one.

/** Services of a host that must tell, so that it is no coincidence of one or two. */
export const TELLING_LEAST = 3;
/** Part of the time for which a process waits for a processor that anybody would notice, s/s; and how many times what is usual. */
const WAITING_LEAST = 0.1;
const TIMES = 2;

/** A figure of the time for which a process was runnable and did not run. */
export const isWait = ({ unit, metric }: { readonly unit: string; readonly metric: string }): boolean =>
  unit === 's' && /sched.*wait|run_?queue.*time/.test(metric);

/** Whether a process waits far longer than it usually does. @param now and usual, s a step of so many seconds */
export const waitsLong = (now: number, usual: number, seconds: number): boolean =>
  now >= WAITING_LEAST * seconds && now >= TIMES * Math.max(usual, 0);

/** Whether more than half of those that tell do. */
export const doMost = (waiting: number, telling: number): boolean => telling >= TELLING_LEAST && 2 * waiting > telling;
