// The register and the app's own import are two copies of this package as a rule; they share what follows through global symbols.
import type { Business } from './business.ts';
import { probeClock } from './clock.ts';
import { probeConfig } from './config.ts';
import { Degrade } from './degrade.ts';

const key = Symbol.for('fenghuo.probe.degrade');
const businessKey = Symbol.for('fenghuo.probe.business');
type Holder = { [key]?: Degrade; [businessKey]?: Business };
// globalThis is typed without our symbol; only this file writes it.
const holder = globalThis as Holder;

export const share = (degrade: Degrade, business: Business): void => {
  holder[key] = degrade;
  holder[businessKey] = business;
};

/** Where the process tells of its business; undefined where no probe is registered: nobody listens. */
export const sharedBusiness = (): Business | undefined => holder[businessKey];

/** The process's degrade agent; without a registered probe every flag simply has the app's own value. */
export const shared = (): Degrade => {
  holder[key] ??= new Degrade(probeConfig().service, probeClock, () => undefined);
  return holder[key];
};
