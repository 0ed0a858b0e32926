// A local webhook and PagerDuty receiver that keeps what it was told, so that pages can be counted where they arrive.
import { createServer } from 'node:http';

export type Page = { readonly path: string; readonly action: string; readonly key: string; readonly atMs: number };
export type Receiver = { readonly url: string; readonly pages: Page[]; close(): void };

const text = (body: unknown, key: string): string => {
  const value: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, key) : undefined;
  return typeof value === 'string' ? value : '';
};

export const startReceiver = async (): Promise<Receiver> => {
  const pages: Page[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      let body: unknown;
      try {
        body = JSON.parse(Buffer.concat(chunks).toString('utf8'));
      } catch {
        body = undefined;
      }
      pages.push({
        path: request.url ?? '',
        action: text(body, 'event_action'),
        key: text(body, 'dedup_key'),
        atMs: Date.now(),
      });
      response.writeHead(202, { 'content-type': 'application/json' }).end('{"status":"success"}');
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}`, pages, close: () => server.close() };
};
