// Embedded ClickHouse: started, watched and stopped like any other program; the server itself is in clickhouse.mjs.
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import type { Credentials } from '@fenghuo/rules/contract';
import { OpsError } from '../error.ts';
import { checkDisk, checkPort, diskFull, programFile } from './check.ts';
import { type Program, type ProgramEvent, startProgram } from './program.ts';

export type ClickHouseOptions = {
  readonly data: string;
  readonly httpPort: number;
  readonly tcpPort: number;
  readonly credentials: Credentials['clickhouse'];
  readonly restart?: boolean;
  readonly onEvent?: (event: ProgramEvent) => void;
};
/**
 * Its priority, as `nice` counts it: merges and rollups take a core for seconds and can wait, what is live can not. Side by side as equals they
 * put the analyzer of a full fleet seconds behind. For the whole process: of its own setting for merges (os_threads_nice_value_merge_mutate) one
 * of two merging threads took no notice. No higher, for inserts are live too: a third of an equal's share is left to them.
 */
const NICE = 5;
export type ClickHouseServer = Program & { readonly url: string };

/** Starts it and waits until it answers a query. Throws OpsError: platform_unsupported, port_busy, disk_full, part_failed. */
export const startClickHouse = async (options: ClickHouseOptions): Promise<ClickHouseServer> => {
  checkPlatform();
  const folder = resolve(options.data, 'clickhouse');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  await Promise.all([checkPort(options.httpPort), checkPort(options.tcpPort)]);
  checkDisk(folder);
  const { user, password } = options.credentials;
  const file = (name: string, text: string): string => {
    const path = resolve(options.data, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  const users = file('clickhouse-users.xml', usersXml(user, password));
  const config = file('clickhouse.xml', configXml(users));
  const launch = file(
    'clickhouse.json',
    JSON.stringify({
      folder: join(folder, 'store'),
      config,
      http: options.httpPort,
      tcp: options.tcpPort,
      user,
      password,
    }),
  );
  const url = `http://127.0.0.1:${options.httpPort}`;
  const program = await startProgram({
    name: 'ClickHouse',
    command: 'nice',
    args: ['-n', String(NICE), process.execPath, programFile('clickhouse.mjs'), launch],
    cwd: folder,
    logFile: join(options.data, 'log', 'clickhouse.log'),
    restart: options.restart ?? true,
    readyMsMax: 60_000,
    stopMsMax: 5_000,
    probe: () => answers(url, user, password),
    diagnose: (log) => (/no space left/i.test(log) ? diskFull(folder) : undefined),
    ...(options.onEvent ? { onEvent: options.onEvent } : {}),
  });
  return { ...program, url };
};

const answers = async (url: string, user: string, password: string): Promise<boolean> => {
  const response = await fetch(`${url}/?query=SELECT%201`, {
    headers: { 'x-clickhouse-user': user, 'x-clickhouse-key': password },
    signal: AbortSignal.timeout(1_000),
  });
  return response.ok && (await response.text()).trim() === '1';
};

const checkPlatform = (): void => {
  const help = 'Set FENGHUO_CLICKHOUSE_URL to a running ClickHouse 24.8 or newer.';
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new OpsError(
      'platform_unsupported',
      `the embedded ClickHouse runs on Linux x64 with glibc, not on ${process.platform} ${process.arch}`,
      { help },
    );
  try {
    const require = createRequire(import.meta.url);
    require.resolve('@chdb/lib-linux-x64-gnu/package.json');
    require.resolve('ffi-rs');
  } catch (cause) {
    throw new OpsError('binary_missing', 'the packages chdb and ffi-rs are not installed', {
      help: `Run npm install (with optional packages). Or: ${help}`,
      cause,
    });
  }
};

const xmlText = (text: string): string => text.replace(/[<>&'"]/g, (c) => `&#${c.charCodeAt(0)};`);

// Logs say errors only; half of the memory at most, since the applications live on the same machine.
const configXml = (users: string): string => `<clickhouse>
  <users_config>${xmlText(users)}</users_config>
  <logger><level>error</level></logger>
  <max_server_memory_usage_to_ram_ratio>0.5</max_server_memory_usage_to_ram_ratio>
</clickhouse>
`;

// The session inside the process runs as `default` without a password, and so could any local account over the port:
// it may therefore do nothing but start the listeners. The service's user has the password and all rights.
const usersXml = (user: string, password: string): string => `<clickhouse>
  <profiles><default></default></profiles>
  <quotas><default></default></quotas>
  <users>
    <default>
      <password></password><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota>
      <grants><query>GRANT SYSTEM LISTEN ON *.*</query></grants>
    </default>
    <${user}>
      <password>${xmlText(password)}</password><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota>
      <access_management>1</access_management>
    </${user}>
  </users>
</clickhouse>
`;
