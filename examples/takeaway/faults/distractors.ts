// What looks like a cause and is none: a deploy that changed nothing, planned work, a service that is merely noisy, one wild sample.
import { probed } from '../config.ts';
import { type Fault, inside } from './fault.ts';

const MAINTENANCE_MS = 30_000;

const deploy: Fault['begin'] = async (platform, target) => {
  await platform.announce({
    kind: 'deploy',
    what: 'release 7.0.3: spelling of a label',
    service: platform.config.name(target),
    version: '7.0.3',
  });
  return () => undefined;
};

const restart: Fault['begin'] = async (platform, target) => {
  await platform.announce({
    kind: 'maintenance',
    what: 'planned restart',
    service: platform.config.name(target),
    untilMs: Date.now() + MAINTENANCE_MS,
  });
  platform.kill(target, 'SIGTERM');
  return () => undefined;
};

const of = { kind: 'distractor', customer: 'nothing' } as const;
export const distractors: Readonly<Record<string, Fault>> = {
  'innocent-deploy': {
    ...of,
    says: 'a deploy is announced that changes nothing',
    targets: probed,
    options: {},
    seconds: 1,
    begin: deploy,
  },
  'planned-restart': {
    ...of,
    says: 'a service is restarted under announced maintenance',
    customer: 'a second or two of errors, as announced',
    targets: probed,
    options: {},
    seconds: 5,
    begin: restart,
  },
  'noisy-service': {
    ...of,
    says: 'a service computes in short bursts and churns through memory; its answers do not suffer',
    targets: probed,
    options: {},
    seconds: 30,
    begin: inside('noise'),
  },
  'cosmic-spike': {
    ...of,
    says: 'a service opens three hundred files for a second: one wild sample of one metric',
    targets: probed,
    options: {},
    seconds: 1,
    begin: inside('descriptors'),
  },
};
