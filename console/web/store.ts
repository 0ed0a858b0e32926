// Everything the pages show, kept current by the socket: no page reloads, no polling.
import type { LiveEvidence, LiveGraph } from '@fenghuo/rules/contract';
import { io, type Socket } from 'socket.io-client';
import { create } from 'zustand';
import type { IncidentDocument, IncidentItem } from '../server/api.ts';
import type { ClientEvents, KpiHistory, ServerEvents } from '../server/events.ts';
import { mergeEvidence } from '../server/evidence.ts';
import { appendKpis } from '../server/history.ts';
import { keepSame } from './same.ts';

type Store = {
  connected: boolean;
  /** When the server was last heard, epoch ms; 0 before the first word. */
  heardMs: number;
  items: readonly IncidentItem[];
  documents: Readonly<Record<string, IncidentDocument>>;
  evidence: Readonly<Record<string, LiveEvidence['series']>>;
  graph: LiveGraph | undefined;
  /** Values of each KPI over the last minutes, for the tiles. */
  history: KpiHistory;
};

export const useStore = create<Store>(() => ({
  connected: false,
  heardMs: 0,
  items: [],
  documents: {},
  evidence: {},
  graph: undefined,
  history: {},
}));

const socket: Socket<ServerEvents, ClientEvents> = io({ transports: ['websocket'] });

/** Tells the server what somebody can see now: after the next paint, and only while the page is in sight. */
const sayShown = (): void => {
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      if (document.visibilityState !== 'visible') return;
      const { items } = useStore.getState();
      for (const { id, state } of items) if (state !== 'closed' && !saidShown.has(id)) socket.emit('shown', id);
      for (const { id } of items) saidShown.add(id);
    }),
  );
};
const saidShown = new Set<string>();
document.addEventListener('visibilitychange', sayShown);

/** Incidents that came over the socket since it connected: what is fetched meanwhile is older. */
const fresh = new Set<string>();
socket.on('connect', () => {
  fresh.clear();
  useStore.setState({ connected: true });
  // What was decided while nobody listened.
  for (const id of Object.keys(useStore.getState().documents)) void loadIncident(id);
});
socket.on('disconnect', () => useStore.setState({ connected: false }));
socket.on('incidents', (items) => {
  useStore.setState({ items, heardMs: Date.now() });
  sayShown();
});
socket.on('incident', (document) => {
  fresh.add(document.id);
  keepDocument(document);
});
socket.on('history', (history) => useStore.setState({ history }));
socket.on('live', (graph) =>
  useStore.setState((state) => ({ graph, heardMs: Date.now(), history: appendKpis(state.history, graph) })),
);
socket.on('evidence', (update) => keepEvidence(update));

const keepDocument = (document: IncidentDocument): void =>
  useStore.setState(({ documents }) => ({
    documents: { ...documents, [document.id]: keepSame(documents[document.id], document) },
  }));

const keepEvidence = ({ incident, series }: LiveEvidence): void =>
  useStore.setState((state) => ({
    evidence: { ...state.evidence, [incident]: mergeEvidence(state.evidence[incident] ?? [], series) },
  }));

const fetched = async <T>(path: string): Promise<T | undefined> => {
  const response = await fetch(path).catch(() => undefined);
  return response?.ok ? ((await response.json()) as T) : undefined;
};

/** Loads an incident that was there before the page was; answers whether there is one. */
export const loadIncident = async (id: string): Promise<boolean> => {
  const path = `/api/v1/incidents/${encodeURIComponent(id)}`;
  const [document, evidence] = await Promise.all([
    fetched<IncidentDocument>(path),
    fetched<LiveEvidence>(`${path}/evidence`),
  ]);
  if (document === undefined) return useStore.getState().documents[id] !== undefined;
  if (!fresh.has(id)) keepDocument(document);
  if (evidence !== undefined) keepEvidence(evidence);
  return true;
};
