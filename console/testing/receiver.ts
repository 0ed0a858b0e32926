// A receiver of pages for tests: a real HTTP server that answers as it is told, and keeps every request as it came.
import { createServer, type IncomingHttpHeaders } from 'node:http';

export type Received = {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** What it was answered. */
  readonly status: number | 'silence';
};
/** 200, and what it means in the body: how chat rooms answer. */
export type Said = { readonly errcode: number };
export type TestReceiver = {
  readonly url: string;
  readonly received: Received[];
  /** Answers to the next requests, in order; 202 when they are used up. `silence` never answers. */
  readonly answers: (number | 'silence' | Said)[];
  close(): Promise<void>;
};

export const startReceiver = async (): Promise<TestReceiver> => {
  const received: Received[] = [];
  const answers: TestReceiver['answers'] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const next = answers.shift() ?? 202;
      const status = typeof next === 'object' ? 200 : next;
      const { url: path = '', headers } = request;
      received.push({ path, headers, body: Buffer.concat(chunks).toString('utf8'), status });
      if (status === 'silence') return;
      response.writeHead(status, status === 429 ? { 'retry-after': '0' } : {});
      response.end(typeof next === 'object' ? JSON.stringify(next) : undefined);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    answers,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
};
