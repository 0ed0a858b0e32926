// The socket to the browsers: decisions as they come, gathered for a moment so that a burst is one message.
import type { Server as HttpServer } from 'node:http';
import type { Clock } from '@fenghuo/kit';
import type { LiveEvidence, LiveGraph } from '@fenghuo/rules/contract';
import { Server } from 'socket.io';
import { incidentDocument, incidentItem } from './api.ts';
import type { ClientEvents, ServerEvents } from './events.ts';
import { isKnownHost, isOwnOrigin } from './problem.ts';
import type { ConsoleState } from './state.ts';

export type LiveParts = {
  readonly server: HttpServer;
  readonly host: string;
  readonly clock: Clock;
  readonly state: ConsoleState;
  /** A browser has painted this incident. */
  readonly shown: (incident: unknown) => void;
};
export type Live = {
  decided(incident: string): void;
  graph(graph: LiveGraph): void;
  evidence(evidence: LiveEvidence): void;
  close(): Promise<void>;
};

/** An opening is some fifteen decisions within a millisecond or two; a person sees no difference. */
const GATHER_MS = 8;
const LISTED_MAX = 50;

export const openLive = ({ server, host, clock, state, shown }: LiveParts): Live => {
  const io = new Server<ClientEvents, ServerEvents>(server, {
    serveClient: false,
    maxHttpBufferSize: 65_536,
    // Sockets pass express by. A page elsewhere must not read incidents: neither by its own Origin nor by a rebound name.
    allowRequest: ({ headers }, answer) =>
      answer(null, isOwnOrigin(headers.origin, headers.host) && isKnownHost(host, headers.host)),
  });
  const items = () => state.list().slice(0, LISTED_MAX).map(incidentItem);
  io.on('connection', (socket) => {
    socket.on('shown', shown);
    socket.emit('history', state.kpis);
    socket.emit('incidents', items());
    if (state.graph !== undefined) socket.emit('live', state.graph);
  });
  const waiting = new Set<string>();
  const flush = (): void => {
    for (const id of waiting) {
      const incident = state.incidents.get(id);
      if (incident !== undefined) io.emit('incident', incidentDocument(incident));
    }
    waiting.clear();
    io.emit('incidents', items());
  };
  return {
    decided: (incident) => {
      if (waiting.size === 0) clock.after(GATHER_MS, flush);
      waiting.add(incident);
    },
    graph: (graph) => void io.volatile.emit('live', graph),
    evidence: (evidence) => void io.emit('evidence', evidence),
    close: async () => {
      await io.close();
    },
  };
};
