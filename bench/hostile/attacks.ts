// What a hostile sender does to the collector's door, each until it is told to stop; answers say how each request was met.
import { createConnection } from 'node:net';
import { gzipSync } from 'node:zlib';
import { realClock } from '@fenghuo/kit';
import { encodeWrite1, snappied } from '../../collector/receive/testing/encode.ts';

export type Target = { readonly url: string; readonly token: string };
export type Answers = Map<string, number>;
export type Attack = { readonly name: string; run(to: Target, on: () => boolean): Promise<Answers> };

const PROTOBUF = 'application/x-protobuf';
const count = (answers: Answers, what: string): void => void answers.set(what, (answers.get(what) ?? 0) + 1);

const post = async (to: Target, path: string, body: Uint8Array, headers: Record<string, string>): Promise<string> => {
  try {
    const response = await fetch(to.url + path, {
      method: 'POST',
      body: Buffer.from(body),
      headers: { authorization: `Bearer ${to.token}`, ...headers },
      signal: AbortSignal.timeout(30_000),
    });
    const text = Buffer.from(await response.arrayBuffer()).toString('latin1');
    return response.ok ? `${response.status}` : `${response.status} ${/[a-z]+_[a-z_]+/.exec(text)?.[0] ?? ''}`.trim();
  } catch {
    return 'cut off';
  }
};

/** So many senders at once, each one request after another. */
const senders = async (width: number, on: () => boolean, send: (i: number) => Promise<string>): Promise<Answers> => {
  const answers: Answers = new Map();
  let i = 0;
  await Promise.all(
    Array.from({ length: width }, async () => {
      while (on()) count(answers, await send(i++));
    }),
  );
  return answers;
};

/** Sockets that say a little now and then, opened anew when they are closed. */
const sockets = async (
  width: number,
  on: () => boolean,
  to: Target,
  hello: string,
  drip: string | Buffer,
  everyMs: number,
): Promise<Answers> => {
  const answers: Answers = new Map();
  const port = Number(new URL(to.url).port);
  await Promise.all(
    Array.from({ length: width }, async () => {
      while (on()) {
        let said = '';
        const socket = createConnection(port, '127.0.0.1');
        socket.on('data', (chunk: Buffer) => {
          said = said || chunk.toString('latin1');
        });
        let isOpen = true;
        socket.on('error', () => undefined);
        socket.on('close', () => {
          isOpen = false;
        });
        socket.write(hello);
        while (isOpen && on()) {
          if (socket.writableLength < 1_048_576) socket.write(drip);
          await realClock.sleep(everyMs);
        }
        socket.destroy();
        count(answers, isOpen ? 'still open at the end' : (said.split(' ')[1] ?? 'closed'));
      }
    }),
  );
  return answers;
};

const seriesBody = (from: number, n: number): Uint8Array => {
  const timeMs = realClock.now();
  return snappied(
    encodeWrite1(
      Array.from({ length: n }, (_, i) => ({
        labels: { __name__: 'requests_total', job: 'bad', user_id: `u${from + i}` },
        samples: [{ value: i, timeMs }],
      })),
    ),
  );
};

export const attacks: readonly Attack[] = [
  {
    name: 'invents labels: 2,000 new series a request',
    run: (to, on) =>
      senders(4, on, (i) =>
        post(to, '/api/v1/write', seriesBody(i * 2_000, 2_000), {
          'content-type': PROTOBUF,
          'content-encoding': 'snappy',
        }),
      ),
  },
  {
    name: 'gzip bombs: 100 MB in 100 KB',
    run: (to, on) => {
      const bomb = gzipSync(Buffer.alloc(100 * 1_048_576));
      return senders(4, on, () =>
        post(to, '/v1/metrics', bomb, { 'content-type': PROTOBUF, 'content-encoding': 'gzip' }),
      );
    },
  },
  {
    name: 'snappy bombs: 100 MB in 5 MB, 30 MB of nothing, 4 GB declared',
    run: (to, on) => {
      const bombs = [
        snappied(new Uint8Array(100 * 1_048_576)),
        snappied(new Uint8Array(30 * 1_048_576)),
        Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0),
      ];
      return senders(2, on, (i) =>
        post(to, '/api/v1/write', bombs[i % 3]!, { 'content-type': PROTOBUF, 'content-encoding': 'snappy' }),
      );
    },
  },
  {
    name: 'JSON of 4,000,000 levels',
    run: (to, on) => {
      const deep = new TextEncoder().encode('['.repeat(4_000_000));
      return senders(2, on, () => post(to, '/v1/logs', deep, { 'content-type': 'application/json' }));
    },
  },
  {
    name: 'bodies of 2 GB, declared and endless',
    run: async (to, on) => {
      const head = (length: string): string =>
        `POST /api/v1/write HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${to.token}\r\n${length}\r\n\r\n`;
      const [declared, endless] = await Promise.all([
        sockets(4, on, to, head('Content-Length: 2147483648'), Buffer.alloc(65_536), 5),
        sockets(
          4,
          on,
          to,
          head('Transfer-Encoding: chunked'),
          Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(65_536), Buffer.from('\r\n')]),
          5,
        ),
      ]);
      for (const [what, n] of endless) declared.set(what, (declared.get(what) ?? 0) + n);
      return declared;
    },
  },
  {
    name: 'slow-loris: 300 sockets with headers, 200 with bodies that drip',
    run: async (to, on) => {
      const [headers, bodies] = await Promise.all([
        sockets(300, on, to, 'POST /v1/traces HTTP/1.1\r\nHost: x\r\n', 'X-A: b\r\n', 1_000),
        sockets(
          200,
          on,
          to,
          `POST /v1/traces HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${to.token}\r\nContent-Type: ${PROTOBUF}\r\nContent-Length: 1000\r\n\r\n`,
          'a',
          1_000,
        ),
      ]);
      for (const [what, n] of bodies) headers.set(what, (headers.get(what) ?? 0) + n);
      return headers;
    },
  },
];
