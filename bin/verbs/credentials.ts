// Services and commands started by hand beside `up` use its credentials, unless the environment gives others.

import { readCredentials } from '@fenghuo/kit/parts';
import { type NatsRole, natsRoles } from '@fenghuo/rules/contract';

const isRole = (name: string): name is NatsRole => natsRoles.some((role) => role === name);

/** Fills in what the environment lacks from `<data>/credentials.json`; nothing where there is none. */
export const useCredentials = (service: string): void => {
  const found = readCredentials(process.env.FENGHUO_DATA ?? '.fenghuo');
  if (!found) return;
  const values = serviceSecrets(service, found);
  for (const [key, value] of Object.entries(values)) process.env[key] ??= value;
};

/** The secrets one service needs, and no others. */
export const serviceSecrets = (
  service: string,
  found: NonNullable<ReturnType<typeof readCredentials>>,
): Record<string, string> => {
  const role: NatsRole = isRole(service) ? service : 'probe';
  const needsStore = service === 'collector' || service === 'analyzer' || service === 'console';
  return {
    FENGHUO_NATS_USER: found.nats[role].user,
    FENGHUO_NATS_PASSWORD: found.nats[role].password,
    ...(needsStore
      ? { FENGHUO_CLICKHOUSE_USER: found.clickhouse.user, FENGHUO_CLICKHOUSE_PASSWORD: found.clickhouse.password }
      : {}),
    ...(service === 'console' ? { FENGHUO_ADMIN_TOKEN: found.adminToken } : {}),
    ...(service === 'collector'
      ? { FENGHUO_INGEST_TOKEN: found.ingestToken, FENGHUO_ADMIN_TOKEN: found.adminToken }
      : {}),
  };
};
