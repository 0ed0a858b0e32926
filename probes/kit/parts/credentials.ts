// Random credentials of one installation, written once to `credentials.json` (mode 600) and read ever after.
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Credentials, credentials } from '@fenghuo/rules/contract';
import { OpsError, systemCode } from '../error.ts';
import { randomSecret } from '../rng.ts';

const user = (name: string): { user: string; password: string } => ({ user: name, password: randomSecret(24) });

export const newCredentials = (): Credentials => ({
  nats: {
    admin: user('admin'),
    probe: user('probe'),
    agent: user('agent'),
    collector: user('collector'),
    analyzer: user('analyzer'),
    console: user('console'),
  },
  clickhouse: user('fenghuo'),
  adminToken: randomSecret(24),
  ingestToken: randomSecret(24),
});

/** The credentials in `folder`, or undefined where there are none yet. Throws OpsError `config_invalid` on a broken file. */
export const readCredentials = (folder: string): Credentials | undefined => {
  const path = join(folder, 'credentials.json');
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    if (systemCode(cause) === 'ENOENT') return undefined;
    throw new OpsError('config_invalid', `${path} cannot be read`, { cause });
  }
  const parsed = credentials.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new OpsError('config_invalid', `${path} is broken`, {
    help: 'Remove the file; `fenghuo up` writes a new one.',
    cause: parsed.error,
  });
};

/** Reads the credentials, or makes them. */
export const ensureCredentials = (folder: string): Credentials => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const known = readCredentials(folder);
  if (known) return known;
  const made = newCredentials();
  const path = join(folder, 'credentials.json');
  writeFileSync(path, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600 });
  chmodSync(path, 0o600);
  return made;
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
