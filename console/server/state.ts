// What the console knows: incidents folded from the decision log, and the last minutes of live messages.

import { type Bus, type Logger, OpsError } from '@fenghuo/kit';
import {
  type Decision,
  decision,
  decisionsStream,
  type Incident,
  type Incidents,
  type LiveEvidence,
  type LiveGraph,
  liveEvidence,
  liveGraph,
  projectDecision,
  subjects,
} from '@fenghuo/rules/contract';
import { DeliverPolicy } from '@nats-io/jetstream';
import type { KpiHistory } from './events.ts';
import { mergeEvidence } from './evidence.ts';
import { appendKpis } from './history.ts';
import { byNewest } from './routes/page.ts';

export type Watcher = {
  /** `isFresh`: written after the console came up, so somebody may have to be told. */
  readonly decided: (decision: Decision, incident: Incident | undefined, isFresh: boolean) => void;
  /** Once: the log has been read to where it ended when the console came up. */
  readonly caughtUp: () => void;
  readonly live: (graph: LiveGraph) => void;
  readonly evidence: (evidence: LiveEvidence) => void;
};

/** A log that is silent for two beats is asked anew: a restarted NATS is noticed within seconds. */
const pulse = { expires: 4_000, idle_heartbeat: 1_000 } as const;
const EVIDENCE_INCIDENTS_MAX = 20;
/** Closed incidents kept in memory; older ones are in ClickHouse. */
const INCIDENTS_MAX = 1_000;

export class ConsoleState {
  incidents: Incidents = new Map();
  graph: LiveGraph | undefined;
  kpis: KpiHistory = {};
  caughtUp = false;
  private readonly evidence = new Map<string, LiveEvidence>();
  private readonly bus: Bus;
  private readonly log: Logger;
  private readonly watcher: Watcher;

  constructor(bus: Bus, log: Logger, watcher: Watcher) {
    this.bus = bus;
    this.log = log;
    this.watcher = watcher;
  }

  /** Follows the log from its first decision, and the live subjects; answers how to stop. */
  async follow(): Promise<() => Promise<void>> {
    const { state } = await this.bus.jsm.streams.info(decisionsStream);
    const consumer = await this.bus.js.consumers.get(decisionsStream, { deliver_policy: DeliverPolicy.All });
    const messages = await consumer.consume({ max_messages: 1_000, ...pulse });
    let stopped = false;
    if (state.messages === 0) this.arrived();
    void (async () => {
      for await (const message of messages) {
        this.decide(json(message), message.seq > state.last_seq);
        if (!this.caughtUp && message.seq >= state.last_seq) this.arrived();
      }
      // An unhandled rejection ends the process: whoever supervises starts a console that hears.
      if (!stopped) throw new OpsError('bus_unreachable', 'the consumer of DECISIONS ended');
    })();
    const live = this.bus.nc.subscribe(subjects.liveAll, {
      callback: (error, message) => {
        if (error === null) this.show(message.subject, json(message));
      },
    });
    return async () => {
      stopped = true;
      live.unsubscribe();
      await messages.close();
    };
  }

  private arrived(): void {
    this.caughtUp = true;
    this.watcher.caughtUp();
  }

  private decide(payload: unknown, isFresh: boolean): void {
    const parsed = decision.safeParse(payload);
    if (!parsed.success) {
      this.log.warn({ error: parsed.error.message }, 'a message of DECISIONS is no decision');
      return;
    }
    this.incidents = projectDecision(this.incidents, parsed.data);
    if (this.incidents.size > INCIDENTS_MAX) this.incidents = new Map([...this.incidents].slice(-INCIDENTS_MAX));
    const incident = parsed.data.incident === undefined ? undefined : this.incidents.get(parsed.data.incident);
    this.watcher.decided(parsed.data, incident, isFresh);
  }

  private show(subject: string, payload: unknown): void {
    if (subject === subjects.liveGraph) {
      const parsed = liveGraph.safeParse(payload);
      if (!parsed.success) return;
      this.graph = parsed.data;
      this.kpis = appendKpis(this.kpis, parsed.data);
      this.watcher.live(parsed.data);
      return;
    }
    const parsed = liveEvidence.safeParse(payload);
    if (!parsed.success) return;
    this.keep(parsed.data);
    this.watcher.evidence(parsed.data);
  }

  private keep(update: LiveEvidence): void {
    const series = mergeEvidence(this.evidence.get(update.incident)?.series ?? [], update.series);
    this.evidence.set(update.incident, { ...update, series });
    if (this.evidence.size > EVIDENCE_INCIDENTS_MAX) this.evidence.delete(this.evidence.keys().next().value ?? '');
  }

  evidenceOf(incident: string): LiveEvidence | undefined {
    return this.evidence.get(incident);
  }

  /** Incidents, newest first. */
  list(): Incident[] {
    return [...this.incidents.values()].sort(byNewest);
  }
}

const json = (message: { json(): unknown }): unknown => {
  try {
    return message.json();
  } catch {
    return undefined;
  }
};
