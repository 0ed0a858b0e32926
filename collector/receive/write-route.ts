// `POST /api/v1/write`: Prometheus remote-write 1.0 and 2.0. 204 once everything is acknowledged, 4xx with the reason, 503 under pressure.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { closing, drain, readBody } from './body.ts';
import { receiveLimits } from './limits.ts';
import { asRefusal, type Receiver } from './receiver.ts';
import { Refusal, refusals } from './refusal.ts';
import type { Taken } from './taken.ts';

const V1 = 'prometheus.WriteRequest';
const V2 = 'io.prometheus.write.v2.Request';
/** Asked for again these would fare no better, and Prometheus is not told of them by an error. */
const QUIET = ['duplicate_sample'] as const;

/** 1 or 2 by the Content-Type's `proto` parameter; absent is 1.0. Throws Refusal `type_unsupported`. */
export const protocolOf = (contentType: string | undefined): 1 | 2 => {
  const [type = '', ...parameters] = (contentType ?? 'application/x-protobuf').split(';').map((part) => part.trim());
  const proto = parameters.find((part) => part.startsWith('proto='))?.slice(6) ?? V1;
  if (type.toLowerCase() === 'application/x-protobuf' && proto === V1) return 1;
  if (type.toLowerCase() === 'application/x-protobuf' && proto === V2) return 2;
  throw new Refusal('type_unsupported', `Content-Type must be application/x-protobuf, proto ${V1} or ${V2}`);
};

/** Handles one request to its end; never throws. */
export const writeRoute =
  (receiver: Receiver) =>
  async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const releases: (() => void)[] = [];
    let format = 'remote-write';
    try {
      releases.push(receiver.flying.enter());
      const sender = receiver.sender(request.headers);
      const source = sender.source.name;
      releases.push(receiver.flying.of(source));
      const protocol = protocolOf(request.headers['content-type']);
      format = `remote-write-${protocol}`;
      releases.push(
        receiver.flying.hold(
          source,
          Math.min(
            receiveLimits.bodyBytesMax,
            Number(request.headers['content-length'] ?? receiveLimits.bodyBytesMax) || 0,
          ),
        ),
      );
      const body = await readBody(request);
      const encoding = (request.headers['content-encoding'] ?? 'snappy').toLowerCase();
      if (encoding !== 'snappy') throw new Refusal('encoding_unsupported', 'Content-Encoding must be snappy');
      // Inflated within the synchronous part: its memory is the next request's too.
      const taken = await receiver.take(sender, body, (into) =>
        (protocol === 1 ? sender.one : sender.two).take(receiver.snappy.inflate(body), into),
      );
      if (protocol === 2) told(response, taken);
      const status = statusOf(taken);
      receiver.answered(format, status);
      if (status === 204) response.writeHead(204).end();
      else response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${taken.words(QUIET)}\n`);
    } catch (error) {
      const refusal = asRefusal(error);
      receiver.answered(format, refusal.status, refusal);
      refuse(request, response, refusal);
    } finally {
      for (const release of releases) release();
    }
  };

const statusOf = (taken: Taken): number => {
  let status = 204;
  for (const reason of taken.refusals.keys())
    if (!QUIET.some((quiet) => quiet === reason)) status = Math.max(status, refusals[reason]);
  return status;
};

/** What 2.0 wants to be told of what was written. */
const told = (response: ServerResponse, taken: Taken): void => {
  response.setHeader('X-Prometheus-Remote-Write-Samples-Written', taken.samples);
  response.setHeader('X-Prometheus-Remote-Write-Histograms-Written', 0);
  response.setHeader('X-Prometheus-Remote-Write-Exemplars-Written', 0);
};

/** Answers a refusal in plain words. A body that was not read to its end costs the connection. */
export const refuse = (request: IncomingMessage, response: ServerResponse, refusal: Refusal): void => {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(refusal.status, {
    'content-type': 'text/plain; charset=utf-8',
    ...(refusal.retryAfterSeconds === undefined ? {} : { 'retry-after': String(refusal.retryAfterSeconds) }),
    ...(refusal.status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
    ...closing(request),
  });
  response.end(`${refusal.reason}: ${refusal.message}\n`);
  drain(request);
};
