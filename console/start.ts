// The console put together: the log folded into incidents, shown live, told to receivers, answered over REST.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openStore, type StoreConfig } from '@fenghuo/collector/store';
import { type BusConfig, connectBus, ensureStreams, listenError, type ServiceContext } from '@fenghuo/kit';
import { type RuleBook, silencedBy } from '@fenghuo/rules/contract';
import { Notify, type NotifyParts } from './notify/notify.ts';
import type { Secret } from './notify/receivers.ts';
import { openSilences } from './notify/silences.ts';
import { consoleApp, routesOf } from './server/app.ts';
import { openAudit } from './server/audit.ts';
import { type Live, openLive } from './server/live.ts';
import { screen } from './server/screen.ts';
import { ConsoleState } from './server/state.ts';

export type ConsoleOptions = BusConfig &
  StoreConfig & {
    readonly partitions: number;
    readonly host: string;
    /** 0 picks a free one. */
    readonly port: number;
    readonly data: string;
    readonly adminToken?: string | undefined;
    /** Where the collector answers who sends. */
    readonly collectorUrl: string;
    readonly rules: Pick<RuleBook, 'routes' | 'playbooks'>;
    readonly secret: Secret;
    /** Folder of the built web app. */
    readonly web: string;
    readonly retry?: NotifyParts['retry'];
  };
export type RunningConsole = {
  readonly port: number;
  /** What it answers, as the OpenAPI document must name it. */
  readonly routes: readonly string[];
  stop(): Promise<void>;
};

/** Starts it; resolves when it listens. It is ready once it has read the log to its end. */
export const startConsole = async (
  options: ConsoleOptions,
  { log, clock, self }: Pick<ServiceContext, 'log' | 'clock' | 'self'>,
): Promise<RunningConsole> => {
  const { host, partitions, rules, secret, retry } = options;
  const bus = await connectBus(options, 'console');
  await ensureStreams(bus, { partitions });
  const store = openStore(options);
  let live: Live | undefined;
  let port = options.port;
  const link = (id: string): string => `http://${host}:${port}/incidents/${encodeURIComponent(id)}`;
  const incident = (id: string) => state.incidents.get(id);
  const silences = await openSilences(bus, clock, log, () => {
    if (state.caughtUp) notify.follow(state.incidents.values());
  });
  const notify: Notify = new Notify({
    bus,
    clock,
    log,
    self,
    routes: rules.routes,
    secret,
    link,
    incident,
    silenced: (one, nowMs) => silencedBy(silences.all(), one, nowMs),
    ...(retry === undefined ? {} : { retry }),
  });
  const state: ConsoleState = new ConsoleState(bus, log, {
    decided: (decision, one, isFresh) => {
      notify.decided(decision, one);
      if (isFresh && one !== undefined) live?.decided(one.id);
    },
    caughtUp: () => notify.follow(state.incidents.values()),
    live: (graph) => live?.graph(graph),
    evidence: (evidence) => live?.evidence(evidence),
  });
  const audit = await openAudit(options.data);
  const { adminToken, collectorUrl, web } = options;
  const app = consoleApp({
    ...{ state, silences, store, bus, clock, log, self, audit, host, partitions, web },
    adminToken,
    collectorUrl,
    playbooks: rules.playbooks,
    routes: rules.routes,
    link,
  });
  const server = createServer(app);
  live = openLive({ server, host, clock, state, shown: screen({ bus, clock, log, incident }) });
  const unfollow = await state.follow();
  await new Promise<void>((done, failed) => {
    server.once('error', (cause) => failed(listenError(cause, host, port)));
    server.listen(port, host, done);
  });
  port = portOf(server.address()) ?? port;
  return {
    port,
    routes: routesOf(app),
    stop: async () => {
      notify.stop();
      await unfollow();
      await silences.stop();
      await live.close();
      await store.close();
      await bus.close();
    },
  };
};

const portOf = (address: string | AddressInfo | null): number | undefined =>
  typeof address === 'object' ? address?.port : undefined;
