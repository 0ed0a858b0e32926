// Our own services as supervised programs: the same bundle, another verb, each with its own secrets and no others.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { OpsError, ports } from '@fenghuo/kit';
import { findNats, type Program, type ProgramSpec, startProgram } from '@fenghuo/kit/parts';
import type { Credentials } from '@fenghuo/rules/contract';
import { serviceSecrets } from '../verbs/credentials.ts';
import { exampleFile } from '../verbs/example.ts';
import type { Status } from './status.ts';

type Shared = {
  readonly data: string;
  readonly shift: number;
  readonly credentials: Credentials;
  readonly status: Status;
  readonly env: Readonly<Record<string, string>>;
  /** Rules that the example wrote for its names and ports of this run. */
  readonly rulesDir: string | undefined;
};
type Service = { readonly spec: () => Promise<ProgramSpec>; readonly name: string; readonly where: string };

const root = process.env.FENGHUO_ROOT ?? '.';
const shownPorts: Readonly<Record<string, number>> = {
  collector: ports.collector,
  analyzer: ports.analyzer,
  console: ports.console,
  agent: ports.agent,
};

/** `example` is the folder of rules that the example wrote for this run. */
const rulesPath = (example: string | undefined): string => {
  const folders = [join(root, 'rules'), ...(example === undefined ? [] : [example])];
  return process.env.FENGHUO_RULES ?? folders.filter((folder) => existsSync(folder)).join(':');
};

const base = (name: string, shared: Shared): Omit<ProgramSpec, 'args'> => ({
  name,
  command: process.execPath,
  cwd: root,
  logFile: join(shared.data, 'log', `${name}.log`),
  restart: true,
  readyMsMax: 60_000,
  env: {
    ...shared.env,
    FENGHUO_DATA: shared.data,
    FENGHUO_PORT_SHIFT: String(shared.shift),
    FENGHUO_RULES: rulesPath(shared.rulesDir),
    ...(process.env.FENGHUO_NATS_URL ? {} : serviceSecrets(name, shared.credentials)),
  },
  diagnose: (log) =>
    /is not part of this build/.test(log)
      ? new OpsError('service_missing', `${name} is not part of this build yet`)
      : undefined,
  onEvent: shared.status.event,
});

/** A service of ours: `fenghuo <name>` out of the same bundle. */
export const serviceSpec = (name: string, shared: Shared): Service => ({
  name,
  where: `http://127.0.0.1:${(shownPorts[name] ?? 0) + shared.shift}`,
  spec: async () => ({
    ...base(name, shared),
    args: ['--enable-source-maps', join(process.env.FENGHUO_BUNDLE ?? '', 'bin', 'main.mjs'), name],
  }),
});

/**
 * An example platform: its launcher starts its own processes. It gets the probe's credentials, where the bundle and the
 * probe's register file are, and a nats-server binary for a queue of its own.
 */
export const exampleSpec = (example: string, shared: Shared): Service => ({
  name: example,
  where: `examples/${example}, ports from ${ports.example + shared.shift}`,
  spec: async () => {
    const common = base(example, shared);
    return {
      ...common,
      args: ['--enable-source-maps', exampleFile(example, 'main')],
      readyMsMax: 120_000,
      env: {
        ...common.env,
        FENGHUO_PROBE_REGISTER: join(process.env.FENGHUO_BUNDLE ?? '', 'probes', 'node', 'register.mjs'),
        FENGHUO_NATS_BINARY: await findNats(),
      },
    };
  },
});

/** Starts one; a service that this build lacks is told and left out, any other failure is the caller's. */
export const startService = async (
  service: Service,
  status: Status,
  keep: <P extends Program>(program: P) => P,
): Promise<void> => {
  const from = status.now();
  try {
    keep(await startProgram(await service.spec()));
    status.ready(service.name, service.where, from);
  } catch (error) {
    if (!(error instanceof OpsError) || error.code !== 'service_missing') throw error;
    status.note(service.name, error.message);
  }
};
