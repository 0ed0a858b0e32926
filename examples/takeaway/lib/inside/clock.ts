// A clock that is wrong: `TAKEAWAY_SKEW=rider:5000` sets it when the process starts, chaos sets it in the middle.
// All of the process sees it, its probe included; timers run on, as they do on a host whose clock is stepped.
import { skewAtStart } from '../../config.ts';
import { vulnerable } from './vulnerable.ts';

const right = Date.now.bind(Date);
const setBy = (ms: number): void => {
  Date.now = ms === 0 ? right : () => right() + ms;
};

/** Sets the clock of a role as the environment says. */
export const skewed = (role: string): void => setBy(skewAtStart(role));

vulnerable('clock-skew', ({ ms = '5000' }) => {
  setBy(Number(ms));
  return () => setBy(0);
});
