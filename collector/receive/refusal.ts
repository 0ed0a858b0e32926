// Why something was not taken: a code for the counter, a sentence for the sender, the HTTP status that fits.

/** Every reason, with its HTTP status. A status below 500 other than 429 means: sending it again will not help. */
export const refusals = {
  unauthorized: 401,
  body_too_large: 413,
  body_timeout: 408,
  encoding_unsupported: 415,
  type_unsupported: 415,
  inflate_failed: 400,
  snappy_corrupt: 400,
  protobuf_corrupt: 400,
  json_corrupt: 400,
  json_depth: 400,
  labels_invalid: 400,
  labels_too_many: 400,
  labels_out_of_order: 400,
  symbol_missing: 400,
  series_limit: 400,
  probes_limit: 400,
  time_ahead: 400,
  time_behind: 400,
  duplicate_sample: 200,
  scattered: 413,
  native_histogram: 400,
  point_invalid: 400,
  text_corrupt: 400,
  sample_limit: 400,
  span_invalid: 400,
  span_late: 200,
  span_crowded: 200,
  log_invalid: 400,
  log_late: 200,
  quota: 429,
  wasteful: 429,
  too_many_requests: 503,
  bus_full: 503,
  bus_away: 503,
} as const satisfies Record<string, number>;
export type RefusalReason = keyof typeof refusals;

/** Thrown by decoders and by admission; caught at the door only. */
export class Refusal extends Error {
  readonly reason: RefusalReason;
  readonly status: number;
  readonly retryAfterSeconds: number | undefined;

  constructor(reason: RefusalReason, message: string, retryAfterSeconds?: number) {
    super(message);
    this.name = 'Refusal';
    this.reason = reason;
    this.status = refusals[reason];
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
