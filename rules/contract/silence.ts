// A silence keeps pages about matching incidents from being sent for a while. Matchers and states are Alertmanager's.
import { z } from 'zod';
import type { Incident } from './incident.ts';

const isPattern = (text: string): boolean => {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
};

/** `isEqual: false` negates. A pattern must match the whole value; a label that an incident lacks has the value ''. */
export const matcher = z
  .object({
    name: z.string().min(1).max(128),
    value: z.string().max(256),
    isRegex: z.boolean().default(false),
    isEqual: z.boolean().default(true),
  })
  .refine((one) => !one.isRegex || isPattern(one.value), { message: 'not a regular expression', path: ['value'] });
export type Matcher = Readonly<z.infer<typeof matcher>>;

const instant = z.iso.datetime({ offset: true });
/** What `POST /api/v1/silences` takes. */
export const silenceDraft = z
  .object({
    matchers: z.array(matcher).min(1).max(16),
    startsAt: instant.optional(),
    endsAt: instant,
    createdBy: z.string().min(1).max(256),
    comment: z.string().min(1).max(1_024),
  })
  .refine((one) => one.startsAt === undefined || Date.parse(one.startsAt) < Date.parse(one.endsAt), {
    message: 'ends before it starts',
    path: ['endsAt'],
  })
  // A silence that matches every incident is a kill switch for paging; it must at least be said on purpose.
  .refine(
    (one) =>
      one.matchers.some(
        (m) => m.isEqual && m.value !== '' && !(m.isRegex && isPattern(m.value) && new RegExp(whole(m.value)).test('')),
      ),
    {
      message: 'at least one matcher must not match the empty value',
      path: ['matchers'],
    },
  );

/** What stands in the bucket of silences, under its id. */
export const silence = z.object({
  v: z.literal(1),
  id: z.string(),
  matchers: z.array(matcher),
  startsMs: z.number(),
  endsMs: z.number(),
  createdBy: z.string(),
  comment: z.string(),
  /** When it was last changed; silences of older versions do not say. */
  updatedMs: z.number().optional(),
});
export type Silence = Readonly<z.infer<typeof silence>>;

const whole = (pattern: string): string => `^(?:${pattern})$`;

/** What a silence can match of an incident. */
export const labelsOf = (incident: Incident): Readonly<Record<string, string>> => ({
  alertname: 'FenghuoIncident',
  incident: incident.id,
  severity: incident.severity,
  service: incident.cause?.entity ?? '',
  kind: incident.cause?.kind ?? '',
  metric: incident.cause?.metric ?? '',
});

const holds = (one: Matcher, labels: Readonly<Record<string, string>>): boolean => {
  const value = labels[one.name] ?? '';
  return (one.isRegex ? new RegExp(whole(one.value)).test(value) : value === one.value) === one.isEqual;
};

/** Whether all of them hold of these labels. */
export const matches = (all: readonly Matcher[], labels: Readonly<Record<string, string>>): boolean =>
  all.every((one) => holds(one, labels));

export const silenceState = (one: Silence, nowMs: number): 'pending' | 'active' | 'expired' =>
  nowMs < one.startsMs ? 'pending' : nowMs < one.endsMs ? 'active' : 'expired';

/** The active silence that lasts longest of those that match; undefined where none does. */
export const silencedBy = (silences: Iterable<Silence>, incident: Incident, nowMs: number): Silence | undefined => {
  const labels = labelsOf(incident);
  let found: Silence | undefined;
  for (const one of silences)
    if (silenceState(one, nowMs) === 'active' && matches(one.matchers, labels))
      if (found === undefined || one.endsMs > found.endsMs) found = one;
  return found;
};
