// What the probe is told through the environment. A wrong value never stops the app: the default stands in for it.
import { hostname } from 'node:os';
import { limits } from '@fenghuo/rules/contract';
import { inFlightMax } from './outbox.ts';

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
  /** PEM file of who signed the server's certificate. */
  readonly natsCaFile: string | undefined;
  readonly partitions: number;
  /** Frames kept while NATS is away. */
  readonly bufferFramesMax: number;
};

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    // A bare per cent sign: it says what it says.
    return text;
  }
};
/** A whole number within bounds, else the default. */
const whole = (text: string | undefined, least: number, most: number, otherwise: number): number => {
  const value = Number(text ?? Number.NaN);
  return Number.isInteger(value) && value >= least && value <= most ? value : otherwise;
};
const attributes = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text.split(',').flatMap((pair) => {
      const at = pair.indexOf('=');
      return at < 1 ? [] : [[pair.slice(0, at).trim(), decoded(pair.slice(at + 1).trim())] as const];
    }),
  );

/** Reads `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES` and `FENGHUO_*`. */
export const probeConfig = (env: Readonly<Record<string, string | undefined>> = process.env): ProbeConfig => {
  const told = attributes(env.OTEL_RESOURCE_ATTRIBUTES ?? '');
  const service = env.OTEL_SERVICE_NAME || told.get('service.name') || 'unknown_service';
  const host = told.get('host.name') ?? hostname();
  const shift = Number(env.FENGHUO_PORT_SHIFT ?? 0) || 0;
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
    natsCaFile: env.FENGHUO_NATS_CA_FILE,
    partitions: whole(env.FENGHUO_PARTITIONS, 1, limits.partitionsMax, 1),
    bufferFramesMax: whole(env.FENGHUO_PROBE_BUFFER_FRAMES, 2 * inFlightMax, 3_600, limits.probeBufferFramesMax),
  };
};

/** Without these the SDK would look for an OTLP collector: the probe is the way out. What the user set stays. */
export const quietDefaults = (): void => {
  process.env.OTEL_METRICS_EXPORTER ??= 'none';
  process.env.OTEL_LOGS_EXPORTER ??= 'none';
  process.env.OTEL_TRACES_EXPORTER ??= 'none';
  process.env.OTEL_SEMCONV_STABILITY_OPT_IN ??= 'http,database';
};
