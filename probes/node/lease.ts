// A lease as it comes from the bucket, read by hand: the contract's schema library would cost every app 11 MB for this one message.
import { type FlagLease, limits } from '@fenghuo/rules/contract';

const whole = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value);

/** The lease, or undefined where it is none; a test holds it to the contract's `flagLease`. */
export const readLease = (payload: unknown): FlagLease | undefined => {
  if (typeof payload !== 'object' || payload === null) return undefined;
  const of = (name: string): unknown => Reflect.get(payload, name);
  const [v, service, key, value] = [of('v'), of('service'), of('key'), of('value')];
  const [leaseMs, action, renewal] = [of('leaseMs'), of('action'), of('renewal')];
  if (v !== 1 || typeof service !== 'string' || typeof key !== 'string' || typeof action !== 'string') return undefined;
  if (value !== null && typeof value !== 'string') return undefined;
  if (!whole(leaseMs) || leaseMs < limits.leaseMsMin || leaseMs > limits.leaseMsMax) return undefined;
  if (!whole(renewal) || renewal < 0) return undefined;
  return { v, service, key, value, leaseMs, action, renewal };
};
