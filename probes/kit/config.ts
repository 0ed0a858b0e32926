// The environment, read once: FENGHUO_FOO_BAR becomes fooBar, every fault is told at once, the result is frozen.

import { limits } from '@fenghuo/rules/contract';
import { z } from 'zod';
import { OpsError } from './error.ts';

/** Default ports; FENGHUO_PORT_SHIFT is added to each, so several installations fit on one machine. */
export const ports = {
  otlpGrpc: 4317,
  collector: 4318,
  console: 1530,
  analyzer: 1531,
  agent: 1532,
  nats: 14222,
  clickhouseHttp: 18123,
  clickhouseTcp: 19000,
  example: 17100,
} as const;

const optional = z.string().optional();
/** What every service shares. A service extends it with its own settings: `loadConfig(serviceConfig.extend({…}))`. */
export const serviceConfig = z.object({
  natsUrl: z.string().min(1),
  natsUser: optional,
  natsPassword: optional,
  /** File with the certificate authority of a NATS server behind TLS (`tls://…`). */
  natsCaFile: optional,
  clickhouseUrl: z.url(),
  clickhouseUser: z.string().default('default'),
  clickhousePassword: z.string().default(''),
  clickhouseDatabase: z.string().regex(/^\w+$/).default('fenghuo'),
  partitions: z.coerce.number().int().min(1).max(limits.partitionsMax).default(1),
  /** Rule folders, separated by ':'. */
  rules: z
    .string()
    .default('rules')
    .transform((text): readonly string[] => text.split(':').filter((folder) => folder !== '')),
  data: z.string().default('.fenghuo'),
  portShift: z.coerce.number().int().min(0).max(40_000).default(0),
  host: z.string().default('127.0.0.1'),
  adminToken: optional,
  ingestToken: optional,
  /** Further keys of the collector's receivers: `name=token[=samplesPerSecond],…`. */
  ingestKeys: z.string().default(''),
  /** Live series that one key may have. */
  ingestSeriesMax: z.coerce.number().int().min(1).max(10_000_000).default(1_000_000),
  /** File with what the collector scrapes, in the form of prometheus.yml. */
  scrape: optional,
  log: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});
export type ServiceConfig = Readonly<z.infer<typeof serviceConfig>>;
export type Environment = Readonly<Record<string, string | undefined>>;

const variable = (key: string): string => `FENGHUO_${key.replace(/[A-Z]/g, (c) => `_${c}`).toUpperCase()}`;

/** Reads the settings that `schema` names from the environment; throws OpsError `config_invalid` with every fault. */
export const loadConfig = <S extends z.ZodRawShape>(
  schema: z.ZodObject<S>,
  env: Environment = process.env,
): Readonly<z.infer<z.ZodObject<S>>> => {
  const shift = Number(env.FENGHUO_PORT_SHIFT ?? 0) || 0;
  const raw: Record<string, string> = {
    natsUrl: `nats://127.0.0.1:${ports.nats + shift}`,
    clickhouseUrl: `http://127.0.0.1:${ports.clickhouseHttp + shift}`,
  };
  for (const key of Object.keys(schema.shape)) {
    const value = env[variable(key)];
    // An empty variable means "not set": that is what compose files and shells make of a missing one.
    if (value !== undefined && value !== '') raw[key] = value;
  }
  const parsed = schema.safeParse(raw);
  if (parsed.success) return Object.freeze(parsed.data);
  const faults = parsed.error.issues.map((issue) => `${variable(String(issue.path[0] ?? ''))}: ${issue.message}`);
  throw new OpsError('config_invalid', `wrong settings:\n  ${faults.join('\n  ')}`, {
    help: 'Correct these environment variables.',
  });
};

/** The environment for whoever starts another program; nobody else reads `process.env`. */
export const environment = (): Environment => process.env;
