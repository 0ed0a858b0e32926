// Mails to a real SMTP server on loopback: one thread an incident, no password in the clear, and no patience for a server that is silent.
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import type { Incident, RouteRule } from '@fenghuo/rules/contract';
import { routeRule } from '@fenghuo/rules/contract';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterEach, expect, it } from 'vitest';
import { deliver } from '../deliver.ts';
import { pageFor } from '../receivers.ts';

const onsetMs = 1_795_000_000_000;
const both = { en: 'orders fall', zh: '订单下跌' };
const incident: Incident = {
  ...{ id: 'inc-1', state: 'open', severity: 'critical', title: both, onsetMs, openedMs: onsetMs, cause: null },
  ...{ ranking: [], path: [], affected: ['payment'], inhibited: [], actions: [], impact: [], timeline: [] },
  clocks: { onsetMs, alertDueMs: onsetMs + 1, respondDueMs: onsetMs + 2, repairDueMs: onsetMs + 3 },
  proof: { opened: 'd', actions: {} },
};
const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

const received: string[] = [];
const serve = (options: SMTPServerOptions = {}): Promise<number> => {
  const server = new SMTPServer({
    ...{ authOptional: true, disabledCommands: ['STARTTLS'], logger: false },
    onData: (stream, _session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        received.push(Buffer.concat(chunks).toString());
        done();
      });
    },
    ...options,
  });
  stops.push(() => server.close());
  return new Promise((ready) => {
    server.listen(0, '127.0.0.1', () => ready(portOf(server.server.address())));
  });
};
const portOf = (address: AddressInfo | string | null): number =>
  typeof address === 'object' && address !== null ? address.port : 0;
const route = (port: number, more: object = {}): RouteRule =>
  routeRule.parse({
    kind: 'route',
    receivers: [
      {
        type: 'email',
        name: 'mail',
        host: '127.0.0.1',
        port,
        from: 'fenghuo@example.com',
        to: ['sre@example.com'],
        ...more,
      },
    ],
  });
const send = (about: 'open' | 'resolve', rule: RouteRule, timeoutMs = 2_000) => {
  const [receiver] = rule.receivers;
  if (receiver === undefined) throw new Error('each rule here has one receiver');
  const secret = (name: string) => ({ USER: 'u', PASS: 'p4ss' })[name];
  const key = `page-inc-1-mail-${about}`;
  return deliver(
    () => pageFor({ receiver, incident, about, key, atMs: onsetMs, secret, link: 'http://c/1' }),
    timeoutMs,
  );
};

it('tells opening and end in one thread, in the words of its readers', async () => {
  const rule = route(await serve(), { lang: 'en' });
  expect(await send('open', rule)).toEqual({ is: 'taken' });
  expect(await send('resolve', rule)).toEqual({ is: 'taken' });
  const [open, end] = received.splice(0);
  expect(open).toMatch(/^Subject: \[critical\] Incident: orders fall\r$/m);
  expect(open).toContain('Message-ID: <page-inc-1-mail-open@example.com>');
  expect(open).toContain('Open in the console: http://c/1');
  expect(end).toContain('In-Reply-To: <page-inc-1-mail-open@example.com>');
});
it('sends no password where the server does not encrypt', async () => {
  let asked = 0;
  const onAuth: SMTPServerOptions['onAuth'] = (_auth, _session, done) => {
    asked++;
    done(null, { user: 'u' });
  };
  const rule = route(await serve({ onAuth }), { userEnv: 'USER', passwordEnv: 'PASS' });
  expect((await send('open', rule)).is).not.toBe('taken');
  expect(asked).toBe(0);
  expect(received.splice(0)).toEqual([]);
});
it('is refused for good by an unknown address, and comes again where the server is busy or silent', async () => {
  const answers = (responseCode: number): SMTPServerOptions => ({
    onRcptTo: (_address, _session, done) => done(Object.assign(new Error('no'), { responseCode })),
  });
  expect(await send('open', route(await serve(answers(550))))).toEqual({ is: 'refused', error: 'answered 550' });
  expect(await send('open', route(await serve(answers(451))))).toMatchObject({ is: 'again', error: 'answered 451' });
  const silent = createServer();
  stops.push(() => silent.close());
  await new Promise<void>((ready) => silent.listen(0, '127.0.0.1', ready));
  expect(await send('open', route(portOf(silent.address())), 200)).toMatchObject({ is: 'again', error: 'ETIMEDOUT' });
  expect(await send('open', route(1))).toMatchObject({ is: 'again' });
});
