// What the probe is told through the environment. A wrong value never stops the app: it falls back, and says so once.
import { hostname } from 'node:os';

export type ProbeConfig = {
  readonly service: string;
  readonly instance: string;
  readonly version: string | undefined;
  readonly namespace: string | undefined;
  readonly environment: string | undefined;
  readonly host: string;
  readonly natsUrl: string;
  readonly natsUser: string | undefined;
  readonly natsPassword: string | undefined;
  readonly partitions: number;
};

const attributes = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text.split(',').flatMap((pair) => {
      const at = pair.indexOf('=');
      return at < 1 ? [] : [[pair.slice(0, at).trim(), decodeURIComponent(pair.slice(at + 1).trim())] as const];
    }),
  );

/** Reads `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES` and `FENGHUO_*`. */
export const probeConfig = (env: Readonly<Record<string, string | undefined>> = process.env): ProbeConfig => {
  const told = attributes(env.OTEL_RESOURCE_ATTRIBUTES ?? '');
  const service = env.OTEL_SERVICE_NAME ?? told.get('service.name') ?? 'unknown_service';
  const host = told.get('host.name') ?? hostname();
  const shift = Number(env.FENGHUO_PORT_SHIFT ?? 0) || 0;
  const partitions = Number(env.FENGHUO_PARTITIONS ?? 1);
  return {
    service,
    instance: env.FENGHUO_INSTANCE ?? told.get('service.instance.id') ?? `${service}-${host}-${process.pid}`,
    version: told.get('service.version'),
    namespace: told.get('service.namespace'),
    environment: told.get('deployment.environment.name'),
    host,
    natsUrl: env.FENGHUO_NATS_URL ?? `nats://127.0.0.1:${14_222 + shift}`,
    natsUser: env.FENGHUO_NATS_USER,
    natsPassword: env.FENGHUO_NATS_PASSWORD,
    partitions: Number.isInteger(partitions) && partitions >= 1 && partitions <= 64 ? partitions : 1,
  };
};

/** Without these the SDK would look for an OTLP collector: the probe is the way out. What the user set stays. */
export const quietDefaults = (): void => {
  process.env.OTEL_METRICS_EXPORTER ??= 'none';
  process.env.OTEL_LOGS_EXPORTER ??= 'none';
  process.env.OTEL_TRACES_EXPORTER ??= 'none';
  process.env.OTEL_SEMCONV_STABILITY_OPT_IN ??= 'http,database';
};
