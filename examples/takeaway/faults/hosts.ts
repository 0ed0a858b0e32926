// The host in trouble, and a release that only part of the traffic meets.
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Role, roles } from '../config.ts';
import { type Fault, inside } from './fault.ts';
import { holdable, releases } from './releases.ts';

/**
 * A neighbour's batch job: processes of nobody's that burn the processor. At ordinary priority they hurt nobody who sleeps between two requests
 * (the scheduler lets those go first, 24 processes or more); above it they do, which takes root: for anybody else `nice` runs them as they are.
 */
const neighbour: Fault['begin'] = async (_, __, { processes = '6', nice = '-10' }) => {
  const burn =
    'process.once("disconnect", () => process.exit()); for (;;) { const e = Date.now() + 50; while (Date.now() < e); await new Promise(setImmediate); }';
  const jobs = Array.from({ length: Number(processes) }, () =>
    spawn('nice', ['-n', nice, process.execPath, '--input-type=module', '-e', burn], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    }),
  );
  return () => {
    for (const job of jobs) job.kill('SIGKILL');
  };
};

const FILL_EVERY_MS = 250;
/** A volume of its own over the merchant's journal, filled up. It is gone when its keeper's input ends: by time, by `off`, by our own death. */
const disk: Fault['begin'] = async ({ config }, target, { mb = '8', seconds = '20' }) => {
  const folder = join(config.data, `${target}-journal`);
  mkdirSync(folder, { recursive: true });
  const keep =
    'mount -t tmpfs -o "size=$2m" fenghuo-chaos "$1" && echo mounted && { read -r -t "$3"; umount -l "$1"; }';
  const keeper = spawn('bash', ['-c', keep, 'keeper', folder, mb, seconds], { stdio: ['pipe', 'pipe', 'ignore'] });
  await new Promise<void>((resolve, reject) => {
    keeper.stdout.once('data', () => resolve());
    keeper.once('exit', () => reject(new Error('a volume cannot be mounted: that takes root')));
  });
  let written = 0;
  const timer = setInterval(() => {
    try {
      writeFileSync(join(folder, `old-${written++}`), Buffer.alloc((Number(mb) * 1_024 ** 2) / 16));
    } catch {
      // It is full: that is the point.
    }
  }, FILL_EVERY_MS);
  return () => {
    clearInterval(timer);
    keeper.stdin.end();
  };
};

const callers: Readonly<Record<string, Role>> = { menu: 'app-gateway', user: 'app-gateway' };
/** A second instance of a release that is bad, with its deploy announced; its caller sends it a share of the calls. */
const release: Fault['begin'] = async (platform, target, options) => {
  const { config } = platform;
  const role = roles.find((one) => one === target);
  const caller = callers[target];
  if (role === undefined || caller === undefined) throw new Error(`no caller of ${target} is known`);
  const port = String(config.canaryPort(role));
  const second = `${target} canary`;
  await platform.launch(second, target, { TAKEAWAY_CANARY_PORT: port, TAKEAWAY_BAD_RELEASE: options.bad ?? '0.8' });
  await platform.announce({
    kind: 'deploy',
    what: 'release 3.0.0 at 5 %',
    service: config.name(target),
    version: '3.0.0',
  });
  const share = { ...options, fault: 'canary', to: target, port };
  const stop = (): void => platform.tell(caller, { fault: 'canary', off: 'yes' });
  const start = (): void => platform.tell(caller, share);
  const held = holdable(stop, start, () => platform.retire(second));
  releases.set(target, held);
  start();
  return () => {
    held.end();
    releases.delete(target);
    stop();
    platform.retire(second);
  };
};

export const hosts: Readonly<Record<string, Fault>> = {
  'noisy-neighbour': {
    kind: 'fault',
    says: "somebody else's processes burn the host's processors",
    customer: 'everything is slower',
    targets: ['host'],
    options: { processes: '6', nice: '-10' },
    seconds: 20,
    begin: neighbour,
  },
  'disk-full': {
    kind: 'fault',
    says: "the volume of the merchants' journal fills up (a bounded one of its own; takes root)",
    customer: 'paid orders are not taken by the merchant',
    targets: ['merchant'],
    options: { mb: '8' },
    seconds: 20,
    begin: disk,
  },
  'bad-release': {
    kind: 'fault',
    says: 'a release (announced) that is bad gets a share of the traffic, on an instance of its own',
    customer: 'one request in twenty fails',
    targets: ['menu', 'user'],
    options: { share: '0.05', bad: '0.8' },
    seconds: 30,
    begin: release,
  },
  'clock-skew': {
    kind: 'distractor',
    says: "a process's clock is set wrong, as an unsynchronised host's is",
    customer: 'nothing',
    targets: ['rider', 'menu', 'user', 'order', 'merchant'],
    options: { ms: '5000' },
    seconds: 30,
    begin: inside('clock-skew'),
  },
};
