// OTLP over HTTP: protobuf and JSON, none and gzip; partial success in the answer, 429 and 503 with Retry-After.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { closing, drain, inflate, readBody } from './body.ts';
import { receiveLimits } from './limits.ts';
import { jsonToProtobuf } from './otlp-json.ts';
import type { Signal } from './otlp-signals.ts';
import { Writer } from './protobuf-writer.ts';
import { asRefusal, type Receiver } from './receiver.ts';
import { Refusal } from './refusal.ts';

type Format = 'protobuf' | 'json';

const formatOf = (contentType: string | undefined): Format => {
  const type = (contentType ?? '').split(';')[0]?.trim().toLowerCase();
  if (type === 'application/x-protobuf') return 'protobuf';
  if (type === 'application/json') return 'json';
  throw new Refusal('type_unsupported', 'Content-Type must be application/x-protobuf or application/json');
};

/** Handles one export request to its end; never throws. */
export const otlpRoute =
  (receiver: Receiver, signal: Signal) =>
  async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const releases: (() => void)[] = [];
    let format: Format = 'protobuf';
    const label = `otlp-http-${signal.name}`;
    try {
      releases.push(receiver.flying.enter());
      const sender = receiver.sender(request.headers);
      const source = sender.source.name;
      releases.push(receiver.flying.of(source));
      format = formatOf(request.headers['content-type']);
      const declared = Number(request.headers['content-length'] ?? receiveLimits.bodyBytesMax) || 0;
      releases.push(receiver.flying.hold(source, Math.min(receiveLimits.bodyBytesMax, declared)));
      const body = await inflate(await readBody(request), request.headers['content-encoding'], ['identity', 'gzip']);
      releases.push(receiver.flying.hold(source, body.length));
      const bytes = format === 'json' ? receiver.work(sender, () => jsonToProtobuf(body, signal.request)) : body;
      const partial = await signal.take(receiver, sender, bytes);
      receiver.answered(label, 200);
      answer(
        response,
        200,
        format,
        format === 'json' ? JSON.stringify(partialJson(signal, partial)) : partialSuccess(partial),
      );
    } catch (error) {
      const refusal = asRefusal(error);
      receiver.answered(label, refusal.status, refusal);
      refused(request, response, format, refusal);
    } finally {
      for (const release of releases) release();
    }
  };

/** What was rejected, in how many pieces, and why; `words` is empty where nothing was. */
export type Partial = { readonly rejected: number; readonly words: string };

/** Export…ServiceResponse: its partial_success is field 1, rejected_… 1, error_message 2 in all three signals. */
export const partialSuccess = ({ rejected, words }: Partial): Uint8Array => {
  const into = new Writer();
  if (words !== '') into.message(1, (partial) => partial.int(1, rejected).text(2, words));
  return into.done();
};

const partialJson = (signal: Signal, { rejected, words }: Partial): object =>
  words === '' ? {} : { partialSuccess: { [signal.rejected]: String(rejected), errorMessage: words } };

const answer = (
  response: ServerResponse,
  status: number,
  format: Format,
  body: Uint8Array | string,
  more: Record<string, string> = {},
): void => {
  if (response.headersSent || response.destroyed) return;
  const type = format === 'json' ? 'application/json' : 'application/x-protobuf';
  response.writeHead(status, { 'content-type': type, ...more }).end(body);
};

/** The body of an error is a google.rpc.Status. */
const refused = (request: IncomingMessage, response: ServerResponse, format: Format, refusal: Refusal): void => {
  const message = `${refusal.reason}: ${refusal.message}`;
  const more = {
    ...(refusal.retryAfterSeconds === undefined ? {} : { 'retry-after': String(refusal.retryAfterSeconds) }),
    ...(refusal.status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
    ...closing(request),
  };
  const body = format === 'json' ? JSON.stringify({ message }) : new Writer().text(2, message).done();
  answer(response, refusal.status, format, body, more);
  drain(request);
};
