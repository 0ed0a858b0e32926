// The console: what the engine decided, live; what people answer, on its way to the engine; and who is told.
import { createServer } from 'node:http';
import { join, resolve } from 'node:path';
import { connectBus, ensureStreams, listenError, ports, runService, type ServiceContext } from '@fenghuo/kit';
import { loadRules } from '@fenghuo/rules/load';
import { Server } from 'socket.io';
import { loadConsoleConfig, secretOf } from './config.ts';
import { Notify } from './notify/notify.ts';
import { incidentDocument, incidentItem } from './server/api.ts';
import { consoleApp } from './server/app.ts';
import { openAudit } from './server/audit.ts';
import type { ClientEvents, ServerEvents } from './server/events.ts';
import { isKnownHost } from './server/problem.ts';
import { screen } from './server/screen.ts';
import { ConsoleState } from './server/state.ts';

/** Runs the console until it is told to stop. */
export const run = (): Promise<void> => runService('console', start);

const start = async ({ log, clock, self }: ServiceContext): Promise<{ stop(): Promise<void> }> => {
  const config = loadConsoleConfig();
  const port = ports.console + config.portShift;
  const rules = loadRules(config.rules);
  const bus = await connectBus(config, 'console');
  await ensureStreams(bus, { partitions: config.partitions });
  const notify: Notify = new Notify({
    bus,
    clock,
    log,
    self,
    routes: rules.routes,
    secret: secretOf,
    link: (incident) => `http://${config.host}:${port}/incidents/${incident}`,
    incident: (id) => state.incidents.get(id),
  });
  let io: Server<ClientEvents, ServerEvents> | undefined;
  const state: ConsoleState = new ConsoleState(bus, log, {
    decided: (decision, incident, isFresh) => {
      notify.decided(decision, incident);
      if (!isFresh || incident === undefined) return;
      io?.emit('incident', incidentDocument(incident));
      io?.emit('incidents', state.list().slice(0, 50).map(incidentItem));
    },
    caughtUp: () => notify.follow(state.incidents.values()),
    live: (graph) => io?.volatile.emit('live', graph),
    evidence: (evidence) => io?.emit('evidence', evidence),
  });
  const app = consoleApp({
    state,
    bus,
    clock,
    self,
    audit: await openAudit(config.data),
    host: config.host,
    adminToken: config.adminToken,
    partitions: config.partitions,
    playbooks: rules.playbooks,
    web: resolve(join(config.root, 'console', 'web', 'dist')),
  });
  const server = createServer(app);
  io = new Server<ClientEvents, ServerEvents>(server, {
    serveClient: false,
    maxHttpBufferSize: 65_536,
    // Sockets pass express by. A page elsewhere must not read incidents: neither by its own Origin nor by a rebound name.
    allowRequest: (request, answer) => {
      const { host, origin } = request.headers;
      const isOwn = origin === undefined || origin === `http://${host}` || origin === `https://${host}`;
      answer(null, isOwn && isKnownHost(config.host, host));
    },
  });
  const shown = screen({ bus, clock, log, incident: (id) => state.incidents.get(id) });
  io.on('connection', (socket) => {
    socket.on('shown', shown);
    socket.emit('history', state.kpis);
    socket.emit('incidents', state.list().slice(0, 50).map(incidentItem));
    if (state.graph !== undefined) socket.emit('live', state.graph);
  });
  const unfollow = await state.follow();
  await new Promise<void>((done, failed) => {
    server.once('error', (cause) => failed(listenError(cause, config.host, port)));
    server.listen(port, config.host, done);
  });
  return {
    stop: async () => {
      notify.stop();
      await unfollow();
      await io?.close();
      await bus.close();
    },
  };
};
