// Alerts as Alertmanager's clients see them: every incident that is not closed is one, and so is what others posted. Pure but for the book.
import {
  hash64,
  type Incident,
  labelsOf,
  type Matcher,
  matches,
  type Silence,
  silenceState,
} from '@fenghuo/rules/contract';
import { z } from 'zod';

type Labels = Readonly<Record<string, string>>;
export type Alert = {
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly startsMs: number;
  readonly endsMs: number;
  readonly updatedMs: number;
  readonly generatorURL: string;
  readonly receivers: readonly string[];
};

const CHARS_MAX = 1_024;
const LABELS_MAX = 64;
const labels = z
  .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'a label name'), z.string().max(CHARS_MAX))
  .refine((all) => Object.keys(all).length <= LABELS_MAX, { message: `at most ${LABELS_MAX}` });
/** Go writes a time that is not given as the beginning of the year 1. */
const instant = z.iso
  .datetime({ offset: true })
  .transform((text) => (text.startsWith('0001-01-01') ? undefined : Date.parse(text)));
/** What `POST /api/v2/alerts` takes. */
export const postedAlerts = z
  .array(
    z
      .object({
        labels: labels.refine((all) => Object.values(all).some((value) => value !== ''), {
          message: 'at least one label with a value',
        }),
        annotations: labels.default({}),
        startsAt: instant.optional(),
        endsAt: instant.optional(),
        generatorURL: z.string().max(CHARS_MAX).default(''),
      })
      .refine(({ startsAt = 0, endsAt = Number.POSITIVE_INFINITY }) => startsAt <= endsAt, {
        message: 'ends before it starts',
        path: ['endsAt'],
      }),
  )
  .min(1)
  .max(1_000);

/** An alert that is posted without an end is over after so long, unless it is posted again: Alertmanager's resolve_timeout. */
const RESOLVE_MS = 300_000;
export const postedMax = 10_000;

/** Equal labels are one alert. */
export const fingerprint = (of: Labels): string => hash64(JSON.stringify(Object.entries(of).sort()));

/** Alerts that others posted, by their labels, until they end. In memory: whoever posts an alert posts it again while it holds. */
export class PostedAlerts {
  private readonly alerts = new Map<string, Alert>();

  /** Takes all or, where they would be more than 10,000, none. */
  take(posted: z.output<typeof postedAlerts>, nowMs: number): boolean {
    this.sweep(nowMs);
    const named = posted.map((one) => [fingerprint(one.labels), one] as const);
    if (new Set([...this.alerts.keys(), ...named.map(([name]) => name)]).size > postedMax) return false;
    for (const [name, one] of named) {
      const before = this.alerts.get(name);
      const { startsAt, endsAt = nowMs + RESOLVE_MS, generatorURL } = one;
      const startsMs = startsAt ?? before?.startsMs ?? Math.min(nowMs, endsAt);
      const [own, annotations] = [withoutEmpty(one.labels), one.annotations];
      this.alerts.set(name, {
        ...{ labels: own, annotations, startsMs, endsMs: endsAt, updatedMs: nowMs, generatorURL },
        receivers: [],
      });
    }
    return true;
  }

  all(nowMs: number): readonly Alert[] {
    this.sweep(nowMs);
    return [...this.alerts.values()];
  }

  private sweep(nowMs: number): void {
    for (const [name, { endsMs }] of this.alerts) if (endsMs <= nowMs) this.alerts.delete(name);
  }
}

const withoutEmpty = (all: Labels): Labels => Object.fromEntries(Object.entries(all).filter(([, text]) => text !== ''));

/** An incident as an alert: the labels are those that silences match. */
export const incidentAlert = (
  incident: Incident,
  receivers: readonly string[],
  link: string,
  nowMs: number,
): Alert => ({
  labels: withoutEmpty(labelsOf(incident)),
  annotations: { summary: incident.cause?.reason.en ?? incident.title.en, affected: incident.affected.join(', ') },
  startsMs: incident.onsetMs,
  endsMs: nowMs + RESOLVE_MS,
  updatedMs: incident.timeline.at(-1)?.atMs ?? incident.openedMs,
  generatorURL: link,
  receivers,
});

export type Wanted = { readonly active: boolean; readonly silenced: boolean; readonly filter: readonly Matcher[] };

/** `gettableAlert` of the API's description, for those that are wanted. */
export const alertViews = (
  alerts: readonly Alert[],
  silences: readonly Silence[],
  wanted: Wanted,
  nowMs: number,
): AlertView[] =>
  alerts.flatMap((alert) => {
    const silencedBy = silences
      .filter((one) => silenceState(one, nowMs) === 'active' && matches(one.matchers, alert.labels))
      .map(({ id }) => id);
    const isSilenced = silencedBy.length > 0;
    if (!(isSilenced ? wanted.silenced : wanted.active) || !matches(wanted.filter, alert.labels)) return [];
    return [view(alert, silencedBy)];
  });
const view = (alert: Alert, silencedBy: readonly string[]) => ({
  labels: alert.labels,
  annotations: alert.annotations,
  startsAt: iso(alert.startsMs),
  endsAt: iso(alert.endsMs),
  updatedAt: iso(alert.updatedMs),
  generatorURL: alert.generatorURL,
  fingerprint: fingerprint(alert.labels),
  receivers: (alert.receivers.length > 0 ? alert.receivers : ['console']).map((name) => ({ name })),
  status: {
    state: silencedBy.length > 0 ? ('suppressed' as const) : ('active' as const),
    silencedBy,
    inhibitedBy: [],
    mutedBy: [],
  },
});
export type AlertView = ReturnType<typeof view>;
const iso = (ms: number): string => new Date(ms).toISOString();
