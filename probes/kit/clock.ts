// The only place of the services that reads time or starts timers, so that everything else takes a Clock as an argument
// and a test or a replay can hand it a virtual one.

export type Timer = { cancel(): void };
export type Clock = {
  /** Epoch milliseconds. */
  now(): number;
  /** Milliseconds from an arbitrary origin; never goes back. */
  monotonic(): number;
  /** Runs `fn` once, `ms` from now. */
  after(ms: number, fn: () => void): Timer;
  /** Runs `fn` every `ms`, first after `ms`. */
  every(ms: number, fn: () => void): Timer;
  sleep(ms: number): Promise<void>;
};

export const realClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (ms, fn) => {
    const handle = setTimeout(fn, ms);
    return { cancel: () => clearTimeout(handle) };
  },
  every: (ms, fn) => {
    const handle = setInterval(fn, ms);
    return { cancel: () => clearInterval(handle) };
  },
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

type Due = { at: number; readonly order: number; readonly every: number | undefined; readonly fn: () => void };

/** A clock that stands still until `advance`; timers run in the order of their due times, equal ones in order of creation. */
export const virtualClock = (startMs: number): Clock & { advance(ms: number): void } => {
  let elapsed = 0;
  let order = 0;
  const due = new Set<Due>();
  const plan = (ms: number, every: number | undefined, fn: () => void): Timer => {
    const timer: Due = { at: elapsed + Math.max(0, ms), order: order++, every, fn };
    due.add(timer);
    return { cancel: () => due.delete(timer) };
  };
  const next = (until: number): Due | undefined => {
    let first: Due | undefined;
    for (const timer of due) {
      if (timer.at > until) continue;
      if (!first || timer.at < first.at || (timer.at === first.at && timer.order < first.order)) first = timer;
    }
    return first;
  };
  return {
    now: () => startMs + elapsed,
    monotonic: () => elapsed,
    after: (ms, fn) => plan(ms, undefined, fn),
    // An interval of 0 would never let time pass.
    every: (ms, fn) => plan(Math.max(1, ms), Math.max(1, ms), fn),
    sleep: (ms) => new Promise((resolve) => plan(ms, undefined, resolve)),
    advance: (ms) => {
      const until = elapsed + ms;
      for (let timer = next(until); timer; timer = next(until)) {
        elapsed = Math.max(elapsed, timer.at);
        if (timer.every === undefined) due.delete(timer);
        else timer.at += timer.every;
        timer.fn();
      }
      elapsed = until;
    },
  };
};
