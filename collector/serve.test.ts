// A slow-loris: headers that drip, and a body that drips, are closed on in time, and others are answered meanwhile.
import { once } from 'node:events';
import { type AddressInfo, createConnection } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readBody } from './receive/body.ts';
import { asRefusal } from './receive/receiver.ts';
import { refuse } from './receive/write-route.ts';
import { serve } from './serve.ts';

/** So long that a busy machine reads a whole head in time. */
const TIMES = { headersMsMax: 1_500, requestMsMax: 2_500, keepAliveMsMax: 700, lookMs: 50 };
const DRIP_MS = 20;
let server: Awaited<ReturnType<typeof serve>>;
const endings: string[] = [];
beforeAll(async () => {
  server = await serve(
    (request, response) => {
      readBody(request).then(
        (body) => response.end(`${body.length} bytes`),
        (error: unknown) => {
          endings.push(asRefusal(error).reason);
          refuse(request, response, asRefusal(error));
        },
      );
    },
    0,
    '127.0.0.1',
    TIMES,
  );
});
afterAll(() => server.close());
const port = (): number => (server.address() as AddressInfo).port;

/** Says `hello`, then `drip` again and again until the server closes; what it said. */
const dripping = (hello: string, drip: string): Promise<string> =>
  new Promise((resolve) => {
    const socket = createConnection(port(), '127.0.0.1');
    let said = '';
    const timer = setInterval(() => socket.write(drip), DRIP_MS);
    socket.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearInterval(timer);
      resolve(said);
    });
    socket.write(hello);
  });

it('closes on headers and on bodies that drip, and answers others meanwhile', async () => {
  const head = 'POST /x HTTP/1.1\r\nHost: x\r\n';
  const slow = [dripping(head, 'X-A: b\r\n'), dripping(`${head}Content-Length: 1000000\r\n\r\n`, 'a')];
  const other = await fetch(`http://127.0.0.1:${port()}/`, { method: 'POST', body: 'quick' });
  expect(await other.text()).toBe('5 bytes');
  // Neither would ever end by itself: the test's own time limit is the bound.
  const [headers] = await Promise.all(slow);
  expect(headers).toContain('408');
  // Who drips sees the end of the connection before or after the receiver has told why.
  await expect.poll(() => endings).toEqual(['body_timeout']);
});

it('keeps a connection open for the next request for as long as it says, and closes it then', async () => {
  const socket = createConnection(port(), '127.0.0.1');
  let said = '';
  socket.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const ask = (): boolean => socket.write('POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi');
  const answers = (): number => said.split('2 bytes').length - 1;
  ask();
  await expect.poll(answers).toBe(1);
  ask();
  await expect.poll(answers).toBe(2);
  const from = performance.now();
  await once(socket, 'close');
  expect(performance.now() - from).toBeGreaterThan(TIMES.keepAliveMsMax / 2);
});

it('keeps the connection of who sends once a minute', async () => {
  const own = await serve(() => undefined, 0, '127.0.0.1');
  expect(own.keepAliveTimeout).toBeGreaterThan(60_000);
  own.close();
});
