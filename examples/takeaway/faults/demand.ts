// What customers do: many at once, impatient ones, and the ordinary turns of a day that are no fault at all.
import { trouble } from './banks.ts';
import { type Fault, inside } from './fault.ts';

/** A bank that fails is the trigger; customers who try again at once, again and again, make a storm of it. */
const storm: Fault['begin'] = async (platform, bank, options) => {
  const impatient = await inside('impatience')(platform, 'load', options);
  const calm = await trouble(() => ({ errors: '0.9' }))(platform, bank, options);
  return async () => {
    await calm();
    await impatient();
  };
};

const promotion: Fault['begin'] = async (platform, _, options) => {
  const untilMs = Date.now() + Number(options.seconds) * 1_000;
  await platform.announce({ kind: 'promotion', what: 'half price noodles', untilMs });
  return await inside('surge')(platform, 'load', options);
};

const of = { targets: ['load'], seconds: 60 } as const;
export const demand: Readonly<Record<string, Fault>> = {
  'retry-storm': {
    kind: 'fault',
    says: 'a bank fails and customers try again at once, many times',
    customer: 'payments fail however often they are tried',
    targets: ['bank-a'],
    options: { retries: '8', pause: '50' },
    seconds: 20,
    begin: storm,
  },
  surge: {
    ...of,
    kind: 'distractor',
    says: 'four times as many customers, nothing broken',
    customer: 'nothing, if the platform can take it',
    options: { factor: '4', ramp: '3' },
    begin: inside('surge'),
  },
  'meal-peak': {
    ...of,
    kind: 'distractor',
    says: 'a meal peak begins: twice the customers within half a minute',
    customer: 'nothing',
    options: { factor: '2', ramp: '30', fall: '0' },
    begin: inside('surge'),
  },
  promotion: {
    ...of,
    kind: 'distractor',
    says: 'a promotion (announced) brings half as many customers again',
    customer: 'a discount',
    options: { factor: '1.5', ramp: '2' },
    begin: promotion,
  },
};
