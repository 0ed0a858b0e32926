// Everything the pages show, kept current by the socket: no page reloads, no polling.
import type { LiveEvidence, LiveGraph } from '@fenghuo/rules/contract';
import { io, type Socket } from 'socket.io-client';
import { create } from 'zustand';
import type { IncidentDocument, IncidentItem } from '../server/api.ts';
import type { ClientEvents, ServerEvents } from '../server/events.ts';
import { mergeEvidence } from '../server/evidence.ts';

type Store = {
  connected: boolean;
  items: readonly IncidentItem[];
  documents: Readonly<Record<string, IncidentDocument>>;
  evidence: Readonly<Record<string, LiveEvidence['series']>>;
  graph: LiveGraph | undefined;
  /** Values of each KPI over the last minutes, for the tiles. */
  history: Readonly<Record<string, readonly (number | null)[]>>;
};
const HISTORY_MAX = 180;

export const useStore = create<Store>(() => ({
  connected: false,
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

socket.on('connect', () => useStore.setState({ connected: true }));
socket.on('disconnect', () => useStore.setState({ connected: false }));
socket.on('incidents', (items) => {
  useStore.setState({ items });
  sayShown();
});
socket.on('incident', (document) =>
  useStore.setState((state) => ({ documents: { ...state.documents, [document.id]: document } })),
);
socket.on('live', (graph) =>
  useStore.setState((state) => ({
    graph,
    history: Object.fromEntries(
      graph.kpis.map(({ kpi, value }) => [kpi, [...(state.history[kpi] ?? []), value].slice(-HISTORY_MAX)]),
    ),
  })),
);
socket.on('evidence', (update) => keepEvidence(update));

const keepEvidence = ({ incident, series }: LiveEvidence): void =>
  useStore.setState((state) => ({
    evidence: { ...state.evidence, [incident]: mergeEvidence(state.evidence[incident] ?? [], series) },
  }));

const fetched = async <T>(path: string): Promise<T | undefined> => {
  const response = await fetch(path);
  return response.ok ? ((await response.json()) as T) : undefined;
};

/** Loads an incident that was there before the page was; answers whether there is one. */
export const loadIncident = async (id: string): Promise<boolean> => {
  const [document, evidence] = await Promise.all([
    fetched<IncidentDocument>(`/api/v1/incidents/${id}`),
    fetched<LiveEvidence>(`/api/v1/incidents/${id}/evidence`),
  ]);
  if (document === undefined) return false;
  useStore.setState((state) => ({ documents: { [id]: document, ...state.documents } }));
  if (evidence !== undefined) keepEvidence(evidence);
  return true;
};

/** Sends a write; asks for the admin token once a session. Answers an error to show, or nothing. */
export const write = async (path: string, prompt: string): Promise<string | undefined> => {
  const token = sessionStorage.getItem('token') ?? window.prompt(prompt) ?? '';
  const response = await fetch(path, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: '{}',
  });
  if (response.ok) {
    sessionStorage.setItem('token', token);
    return undefined;
  }
  sessionStorage.removeItem('token');
  return ((await response.json()) as { detail?: string }).detail ?? response.statusText;
};
