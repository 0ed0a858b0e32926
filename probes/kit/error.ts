// An error that a person or a caller can act upon: a code from one table, what to do about it, and whether trying again helps.

/** Every code, its meaning and whether the same attempt can succeed later. Add a line here rather than a string elsewhere. */
export const errorCodes = {
  usage: ['never', 'the command line is wrong'],
  config_invalid: ['never', 'a setting in the environment is wrong'],
  rules_invalid: ['never', 'a rule file is wrong'],
  input_invalid: ['never', 'what was handed in cannot be read'],
  not_found: ['never', 'what was asked for does not exist'],
  unauthorized: ['never', 'credentials are missing or wrong'],
  service_missing: ['never', 'a service or verb is not part of this build'],
  build_failed: ['never', 'the sources could not be bundled'],
  platform_unsupported: ['never', 'an embedded part does not run on this platform'],
  binary_missing: ['never', 'a program that must be installed is missing'],
  port_busy: ['later', 'another program holds the port'],
  disk_full: ['later', 'there is no room on the disk'],
  already_running: ['later', 'another instance uses the same data folder'],
  part_failed: ['later', 'an embedded part did not start or keeps crashing'],
  bus_unreachable: ['later', 'NATS does not answer'],
  bus_refused: ['later', 'NATS refused a message or a request'],
  store_unreachable: ['later', 'ClickHouse does not answer'],
  store_refused: ['never', 'ClickHouse refused a statement'],
  migration_failed: ['never', 'the tables could not be brought to this version'],
  limit_exceeded: ['later', 'a bound was reached'],
  timeout: ['later', 'something did not happen in its time'],
  stopped: ['never', 'the service is stopping'],
} as const satisfies Record<string, readonly ['never' | 'later', string]>;

export type ErrorCode = keyof typeof errorCodes;
export type Retry = 'never' | 'later';

export class OpsError extends Error {
  readonly code: ErrorCode;
  /** What to do about it, one sentence. */
  readonly help: string | undefined;
  readonly retry: Retry;

  constructor(code: ErrorCode, message: string, more: { help?: string; cause?: unknown; retry?: Retry } = {}) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = 'OpsError';
    this.code = code;
    this.help = more.help;
    this.retry = more.retry ?? errorCodes[code][0];
  }
}

/** The text a person reads: message, causes (at most five deep), what to do. */
export const explain = (error: unknown): string => {
  const lines: string[] = [];
  let at: unknown = error;
  for (let depth = 0; at !== undefined && depth < 5; depth++) {
    const text = at instanceof Error ? at.message || at.name : String(at);
    if (text && !lines.some((line) => line.includes(text))) lines.push(text);
    at = at instanceof Error ? at.cause : undefined;
  }
  const help = error instanceof OpsError && error.help ? `\n  ${error.help}` : '';
  return `${lines.join(': ')}${help}`;
};

/** The system's error code (`EADDRINUSE`, `ENOSPC`), where an error carries one. */
export const systemCode = (error: unknown): string | undefined => {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
};
