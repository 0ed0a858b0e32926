// Releases under way, by the service's role: a pipeline can hold one back, let it go on, and withdraws what was held for long.

export type Release = { hold(): void; resume(): void };
export const releases = new Map<string, Release>();

/** What has been held back for so long is not let go on any more. */
const WITHDRAW_MS = 25_000;

/** A release that can be held: `stop` takes its share of the traffic away, `start` gives it back, `withdraw` is for good. */
export const holdable = (stop: () => void, start: () => void, withdraw: () => void): Release & { end(): void } => {
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  const end = (): void => {
    isOver = true;
    clearTimeout(timer);
  };
  return {
    hold: () => {
      if (isOver || timer !== undefined) return;
      stop();
      timer = setTimeout(() => {
        end();
        withdraw();
      }, WITHDRAW_MS);
    },
    resume: () => {
      if (isOver || timer === undefined) return;
      clearTimeout(timer);
      timer = undefined;
      start();
    },
    end,
  };
};
