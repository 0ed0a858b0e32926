// The probe's own clock: the one file of this package that reads time or starts timers. Timers never keep the app alive.

export type ProbeClock = {
  now(): number;
  monotonic(): number;
  after(ms: number, fn: () => void): { cancel(): void };
};

export const probeClock: ProbeClock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (ms, fn) => {
    const timer = setTimeout(fn, ms);
    timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
};
