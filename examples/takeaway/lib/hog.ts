// A fault from inside, for the launcher's chaos switch: threads that do nothing but burn the processor for a while.
import { Worker } from 'node:worker_threads';

const THREADS = 2;

/** Listens for `{ hog: seconds }` from the launcher. */
export const underChaos = (): void => {
  process.on('message', (message: unknown) => {
    if (typeof message !== 'object' || message === null || !('hog' in message) || typeof message.hog !== 'number')
      return;
    const until = message.hog * 1_000;
    for (let i = 0; i < THREADS; i++)
      new Worker(`const end = Date.now() + ${until}; while (Date.now() < end) Math.sqrt(end);`, { eval: true });
    // The service's own loop is busy nine parts of ten as well: what a runaway computation does to it.
    const end = Date.now() + until;
    const burn = (): void => {
      const slice = Date.now() + 45;
      while (Date.now() < slice) Math.sqrt(slice);
      if (Date.now() < end) setTimeout(burn, 5);
    };
    burn();
  });
};
