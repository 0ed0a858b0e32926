// Another Alertmanager: one alert an incident, whose labels never change, so that the resolve ends what the opening began.
import { json, needed, type Post, type PostParts, type ReceiverOf, summary } from './post.ts';

/** An alert without an end is over after the receiver's own few minutes; an incident is told of once, so its end is set far ahead. */
const OPEN_MS = 7 * 86_400_000;

export const alertmanager = (parts: PostParts<ReceiverOf<'alertmanager'>>): Post => {
  const { receiver, incident, about, atMs, secret, link } = parts;
  const endsMs = about === 'resolve' ? (incident.closedMs ?? atMs) : atMs + OPEN_MS;
  const alert = {
    labels: { alertname: 'FenghuoIncident', incident: incident.id, severity: incident.severity },
    annotations: {
      summary: summary(incident),
      cause: incident.cause?.entity ?? '',
      kind: incident.cause?.kind ?? '',
      affected: incident.affected.join(', '),
    },
    startsAt: new Date(incident.onsetMs).toISOString(),
    endsAt: new Date(endsMs).toISOString(),
    generatorURL: link,
  };
  const headers =
    receiver.tokenEnv === undefined ? json : { ...json, authorization: `Bearer ${needed(secret, receiver.tokenEnv)}` };
  return { url: `${receiver.url}/api/v2/alerts`, body: JSON.stringify([alert]), headers };
};
