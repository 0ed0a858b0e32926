// NATS and ClickHouse: embedded, or external ones where the environment names them.
import { connectBus, ensureStreams, ports } from '@fenghuo/kit';
import { type Program, startClickHouse, startNats } from '@fenghuo/kit/parts';
import type { Credentials } from '@fenghuo/rules/contract';
import type { Status } from './status.ts';

type Options = {
  readonly data: string;
  readonly shift: number;
  readonly credentials: Credentials;
  readonly status: Status;
  readonly keep: <P extends Program>(program: P) => P;
};
export type Backends = {
  readonly natsUrl: string;
  /** What every service is told: the addresses; secrets are added per role. */
  readonly env: Readonly<Record<string, string>>;
};

/** Starts both at once, makes streams and buckets; resolves when both answer. */
export const startBackends = async (options: Options): Promise<Backends> => {
  const [natsUrl, clickhouseUrl] = await Promise.all([nats(options), clickhouse(options)]);
  return { natsUrl, env: { FENGHUO_NATS_URL: natsUrl, FENGHUO_CLICKHOUSE_URL: clickhouseUrl } };
};

const nats = async ({ data, shift, credentials, status, keep }: Options): Promise<string> => {
  const from = status.now();
  const external = process.env.FENGHUO_NATS_URL;
  const url =
    external ?? keep(await startNats({ data, port: ports.nats + shift, credentials, onEvent: status.event })).url;
  const { user, password } = credentials.nats.admin;
  const bus = await connectBus(
    {
      natsUrl: url,
      natsUser: external ? process.env.FENGHUO_NATS_USER : user,
      natsPassword: external ? process.env.FENGHUO_NATS_PASSWORD : password,
      natsCaFile: process.env.FENGHUO_NATS_CA_FILE,
    },
    'up',
  );
  await ensureStreams(bus, { partitions: Number(process.env.FENGHUO_PARTITIONS ?? 1) });
  await bus.close();
  status.ready('NATS', `${url}${external ? ' (external)' : ''}`, from);
  return url;
};

const clickhouse = async ({ data, shift, credentials, status, keep }: Options): Promise<string> => {
  const from = status.now();
  const external = process.env.FENGHUO_CLICKHOUSE_URL;
  const [httpPort, tcpPort] = [ports.clickhouseHttp + shift, ports.clickhouseTcp + shift];
  const url =
    external ??
    keep(await startClickHouse({ data, httpPort, tcpPort, credentials: credentials.clickhouse, onEvent: status.event }))
      .url;
  status.ready('ClickHouse', `${url}${external ? ' (external)' : ''}`, from);
  return url;
};
