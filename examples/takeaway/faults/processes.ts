// Trouble within one process: busy, leaking, blocked, out of connections, killed.
import { probed } from '../config.ts';
import { type Fault, inside } from './fault.ts';

const crash: Fault['begin'] = async (platform, target) => {
  platform.kill(target, 'SIGKILL');
  return () => undefined;
};

const crashLoop: Fault['begin'] = async (platform, target, { every = '4' }) => {
  const kill = (): void => {
    try {
      platform.kill(target, 'SIGKILL');
    } catch {
      // It is being started again.
    }
  };
  kill();
  const timer = setInterval(kill, Number(every) * 1_000);
  return () => clearInterval(timer);
};

/** A deploy is announced, as a release pipeline does, and what was deployed asks the database far too much. */
const slowQuery: Fault['begin'] = async (platform, target, options) => {
  const { name } = platform.config;
  await platform.announce({
    kind: 'deploy',
    what: 'release 2.4.1',
    service: name(target),
    version: '2.4.1',
  });
  return await inside('slow-query')(platform, target, options);
};

const fault = { kind: 'fault', targets: probed, seconds: 20 } as const;
export const processes: Readonly<Record<string, Fault>> = {
  'cpu-hog': {
    ...fault,
    says: 'a service burns the processor',
    customer: 'pages load slowly',
    options: {},
    begin: inside('cpu-hog'),
  },
  'memory-leak': {
    ...fault,
    says: 'a service keeps everything it allocates, until collections take its time',
    customer: 'answers stall now and then, more and more often',
    options: { mbps: '60' },
    seconds: 30,
    begin: inside('memory-leak'),
  },
  'loop-block': {
    ...fault,
    says: 'a computation blocks the event loop of a service again and again',
    customer: 'pages stall for most of a second',
    options: { ms: '700', every: '1000' },
    begin: inside('loop-block'),
  },
  'pool-exhaustion': {
    ...fault,
    says: 'a service loses its database connections: whoever needs one waits',
    customer: 'orders or menus fail after seconds of waiting',
    targets: ['order', 'user', 'menu'],
    options: {},
    begin: inside('pool-exhaustion'),
  },
  'slow-query': {
    ...fault,
    says: 'after a deploy (announced) a service asks its database for far too much',
    customer: 'menus or sign-in take their time',
    targets: ['menu', 'user'],
    options: { rows: '400000' },
    begin: slowQuery,
  },
  'consumer-stuck': {
    ...fault,
    says: 'the consumer of paid orders takes nothing from the queue any more',
    customer: 'paid orders never get a rider',
    targets: ['dispatch'],
    options: {},
    begin: inside('consumer-stuck'),
  },
  'terminals-offline': {
    ...fault,
    says: "the merchants' terminals of one region drop off: east, south or west",
    customer: 'orders in that region are paid and never cooked',
    targets: ['terminals'],
    options: { region: 'east' },
    begin: inside('terminals-offline'),
  },
  'process-crash': {
    ...fault,
    says: 'a service is killed; its launcher starts it again',
    customer: 'errors for some seconds',
    options: {},
    seconds: 1,
    begin: crash,
  },
  'crash-loop': {
    ...fault,
    says: 'a service is killed again and again, soon after each start',
    customer: 'errors on and off',
    options: { every: '4' },
    begin: crashLoop,
  },
};
