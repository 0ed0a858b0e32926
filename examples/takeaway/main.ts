// Starts the platform as separate processes, starts again what crashes, and leaves nothing behind when it goes.
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { announcements, config, inherited, launch, probed, type Role, thirdParties, withoutSecrets } from './config.ts';
import { obey } from './desk.ts';
import type { Platform } from './faults/fault.ts';
import { type ChaosSwitch, chaosSwitch } from './faults/switch.ts';
import { createFleet } from './fleet.ts';
import { prepare } from './prepare.ts';

const platform = config();
const { register, bundle, natsBinary } = launch();
const fleet = createFleet();

const file = (name: string): string => join(bundle, 'examples', 'takeaway', 'services', `${name}.mjs`);
const service = (role: Role, instance = `${platform.name(role)}-1`, env: Readonly<Record<string, string>> = {}) =>
  [
    process.execPath,
    ['--import', pathToFileURL(register).href, file(role)],
    { ...inherited(), OTEL_SERVICE_NAME: platform.name(role), FENGHUO_INSTANCE: instance, ...env },
  ] as const;
const plain = (name: string, script: string, ...args: readonly string[]): Promise<void> =>
  fleet.start(name, process.execPath, [file(script), ...args], withoutSecrets());

/** A nats-server of the platform's own; it dies with us, also when we are killed. */
const queue = (): void => {
  const dir = join(platform.data, 'queue');
  mkdirSync(dir, { recursive: true });
  const port = String(platform.port('queue'));
  const args = ['-js', '-a', '127.0.0.1', '-p', port, '-sd', dir, '-l', join(platform.data, 'queue.log')];
  const guard = ['/usr/bin/setpriv', '/bin/setpriv'].find((path) => existsSync(path));
  if (guard === undefined) fleet.keep('queue', natsBinary, args, withoutSecrets());
  else fleet.keep('queue', guard, ['--pdeathsig', 'KILL', natsBinary, ...args], withoutSecrets());
};

const hands: Platform = {
  config: platform,
  tell: (name, message) => void fleet.find(name).send(message),
  kill: (name, signal) => void fleet.find(name).kill(signal),
  launch: async (name, role, env) => {
    const found = probed.find((one) => one === role);
    if (found === undefined) throw new Error(`no service is called ${role}`);
    await fleet.start(name, ...service(found, `${platform.name(found)}-2`, env));
  },
  retire: fleet.retire,
  announce: async (change) => {
    const to = announcements();
    if (to === undefined) throw new Error('no token to announce a change with');
    const response = await fetch(to.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${to.token}` },
      body: JSON.stringify(change),
    });
    if (!response.ok) throw new Error(`the collector answers ${response.status} to an announcement`);
  },
};

/** The operations desk has a probe of its own, for the leases alone. */
const desk = { ...inherited(), OTEL_SERVICE_NAME: platform.name('operator'), FENGHUO_INSTANCE: 'operator-1' };
let chaos: ChaosSwitch | undefined;
// What reaches beyond our own processes ends first.
const stop = (): void => void (chaos?.off() ?? Promise.resolve()).finally(fleet.stop);
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, stop);
process.once('disconnect', stop);

mkdirSync(platform.data, { recursive: true });
prepare(inherited());
queue();
await Promise.all([plain('database', 'database'), ...thirdParties.map((bank) => plain(bank, 'bank', bank))]);
await Promise.all(probed.map((role) => fleet.start(role, ...service(role))));
await fleet.start(
  'operator',
  process.execPath,
  ['--import', pathToFileURL(register).href, file('operator')],
  desk,
  (message) =>
    obey(message, { name: platform.name, find: fleet.find }, (text) => process.stderr.write(`takeaway: ${text}\n`)),
);
await plain('load', 'load');
chaos = chaosSwitch(hands, () => process.send?.('fenghuo:ready'));
