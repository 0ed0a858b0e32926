// The network between two services: a TCP proxy that delays, stalls as loss does, or a resolver that is not there.
// A caller dials the proxy under the callee's own address, so nothing but the network has changed for whoever watches.
import { createServer, connect as dial, type Server, type Socket } from 'node:net';
import { type Role, roles, seeded } from '../config.ts';
import { type Fault, inside, type Options, type Platform } from './fault.ts';

/** First retransmission of a lost segment; each further loss doubles it (RFC 6298 lets Linux begin at 200 ms). */
const RETRANSMIT_MS = 200;
const RETRANSMISSIONS_MAX = 4;

/** Passes chunks on in order, each after what the network does to it, ms. */
const passOn = (from: Socket, to: Socket, delayMs: () => number): void => {
  let freeAt = 0;
  from.on('data', (chunk: Buffer) => {
    freeAt = Math.max(freeAt, Date.now() + delayMs());
    setTimeout(() => !to.destroyed && to.write(chunk), freeAt - Date.now());
  });
  from.on('close', () => setTimeout(() => to.destroy(), Math.max(0, freeAt - Date.now())));
  from.on('error', () => to.destroy());
};

const proxy = (
  port: number,
  delayMs: () => number,
): Promise<{ readonly server: Server; readonly sockets: Set<Socket> }> =>
  new Promise((resolve) => {
    const sockets = new Set<Socket>();
    const server = createServer((client) => {
      const upstream = dial(port, '127.0.0.1');
      for (const socket of [client, upstream]) {
        sockets.add(socket);
        socket.once('close', () => sockets.delete(socket));
      }
      passOn(client, upstream, delayMs);
      passOn(upstream, client, delayMs);
    });
    server.listen(0, '127.0.0.1', () => resolve({ server, sockets }));
  });

const through = async (platform: Platform, caller: string, options: Options, delayMs: () => number) => {
  const callee: Role | undefined = roles.find((role) => role === options.to);
  if (callee === undefined) throw new Error(`no service is called ${options.to}`);
  const { server, sockets } = await proxy(platform.config.port(callee), delayMs);
  const address = server.address();
  const port = String(typeof address === 'object' && address !== null ? address.port : 0);
  const end = await inside('network')(platform, caller, { ...options, port });
  return async () => {
    await end();
    server.close();
    for (const socket of sockets) socket.destroy();
  };
};

const delay: Fault['begin'] = (platform, caller, options) => {
  const random = seeded(platform.config.seed + 31);
  return through(platform, caller, options, () => (Number(options.ms) / 2) * (0.9 + 0.2 * random()));
};

const loss: Fault['begin'] = (platform, caller, options) => {
  const random = seeded(platform.config.seed + 32);
  return through(platform, caller, options, () => {
    let lost = 0;
    while (lost < RETRANSMISSIONS_MAX && random() < Number(options.loss)) lost++;
    return RETRANSMIT_MS * (2 ** lost - 1);
  });
};

const link = {
  kind: 'fault',
  targets: ['order', 'app-gateway', 'payment', 'dispatch', 'merchant'],
  seconds: 20,
} as const;
export const wire: Readonly<Record<string, Fault>> = {
  'net-delay': {
    ...link,
    says: 'the network between a service and one that it calls (--to) takes its time, both ways together',
    customer: 'ordering takes longer; nobody on either side is slow',
    options: { to: 'payment', ms: '500' },
    begin: delay,
  },
  'packet-loss': {
    ...link,
    says: 'the network between a service and one that it calls (--to) loses segments, which are sent again',
    customer: 'some orders take long, some very long',
    options: { to: 'payment', loss: '0.3' },
    begin: loss,
  },
  'dns-failure': {
    ...link,
    says: 'a service cannot look up one that it calls (--to) any more: its resolver does not answer',
    customer: 'what needs the other service fails',
    options: { to: 'payment' },
    begin: inside('network'),
  },
};
