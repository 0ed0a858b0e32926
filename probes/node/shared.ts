// The register and the app's own import are two copies of this package as a rule; they share one degrade agent through a global symbol.
import { probeClock } from './clock.ts';
import { probeConfig } from './config.ts';
import { Degrade } from './degrade.ts';

const key = Symbol.for('fenghuo.probe.degrade');
type Holder = { [key]?: Degrade };
// globalThis is typed without our symbol; only this file writes it.
const holder = globalThis as Holder;

export const share = (degrade: Degrade): void => {
  holder[key] = degrade;
};

/** The process's degrade agent; without a registered probe every flag simply has the app's own value. */
export const shared = (): Degrade => {
  holder[key] ??= new Degrade(probeConfig().service, probeClock, () => undefined);
  return holder[key];
};
