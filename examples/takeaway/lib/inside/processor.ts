// The processor and the event loop in trouble: threads that burn, a loop that is blocked, bursts that hurt nobody.
import { Worker } from 'node:worker_threads';
import { vulnerable } from './vulnerable.ts';

const THREADS = 2;
/** A runaway computation keeps the loop itself busy nine parts of ten, in turns that whoever waits for an answer feels. */
const BUSY_MS = 450;
const FREE_MS = 50;

const burn = (ms: number): void => {
  const end = Date.now() + ms;
  while (Date.now() < end) Math.sqrt(end);
};

/** Calls `work` again and again, `pauseMs` after each; returns how to stop. */
const again = (work: () => void, pauseMs: number): (() => void) => {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const turn = (): void => {
    work();
    if (!stopped) timer = setTimeout(turn, pauseMs);
  };
  timer = setTimeout(turn, 0);
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
};

vulnerable('cpu-hog', ({ seconds = '20' }) => {
  const threads = Array.from(
    { length: THREADS },
    () =>
      new Worker(`const end = Date.now() + ${Number(seconds) * 1_000}; while (Date.now() < end) Math.sqrt(end);`, {
        eval: true,
      }),
  );
  const stop = again(() => burn(BUSY_MS), FREE_MS);
  return () => {
    stop();
    for (const thread of threads) void thread.terminate();
  };
});

vulnerable('loop-block', ({ ms = '700', every = '1000' }) =>
  again(() => burn(Number(ms)), Math.max(1, Number(every) - Number(ms))),
);

// A twentieth of a core and some garbage: seen in the figures, felt by nobody.
vulnerable('noise', () => {
  let garbage: object[] = [];
  return again(() => {
    burn(10);
    garbage = Array.from({ length: 20_000 }, (_, i) => ({ i }));
    if (garbage.length === 0) burn(1);
  }, 190);
});
