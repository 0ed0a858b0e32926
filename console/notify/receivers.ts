// One page, as each kind of receiver wants it.
import { createHmac } from 'node:crypto';
import type { Incident, RouteRule } from '@fenghuo/rules/contract';
import { incidentDocument } from '../server/api.ts';

export type About = 'open' | 'cause' | 'resolve';
export type Receiver = RouteRule['receivers'][number];
export type Post = { readonly url: string; readonly body: string; readonly headers: Readonly<Record<string, string>> };
/** Looks a secret up by the name that the route gives. */
export type Secret = (name: string) => string | undefined;

const SUMMARY_CHARS_MAX = 1_024;
const summary = (incident: Incident): string =>
  (incident.cause?.reason.en ?? incident.title.en).slice(0, SUMMARY_CHARS_MAX);

/** The request that tells a receiver about an incident; throws where its secret is missing. */
export const postFor = (
  receiver: Receiver,
  incident: Incident,
  about: About,
  atMs: number,
  secret: Secret,
  link: string,
): Post => {
  if (receiver.type === 'pagerduty') {
    const routingKey = secret(receiver.routingKeyEnv);
    if (routingKey === undefined) throw new Error(`${receiver.routingKeyEnv} is not set`);
    const body = {
      routing_key: routingKey,
      event_action: about === 'resolve' ? 'resolve' : 'trigger',
      dedup_key: incident.id.slice(0, 255),
      payload: {
        summary: summary(incident),
        source: incident.cause?.entity ?? 'fenghuo',
        severity: incident.severity,
        timestamp: new Date(incident.onsetMs).toISOString(),
        component: incident.cause?.entity ?? 'unknown',
        class: incident.cause?.kind ?? 'unknown',
        custom_details: {
          affected: incident.affected,
          actions: incident.actions.map((action) => `${action.flag} → ${action.value}: ${action.state}`),
        },
      },
      links: [{ href: link, text: 'Fenghuo console' }],
      client: 'Fenghuo',
      client_url: link,
    };
    return {
      url: `${receiver.url}/v2/enqueue`,
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    };
  }
  const body = JSON.stringify({
    about,
    at: new Date(atMs).toISOString(),
    summary: summary(incident),
    link,
    incident: incidentDocument(incident),
  });
  const key = receiver.secretEnv === undefined ? undefined : secret(receiver.secretEnv);
  if (receiver.secretEnv !== undefined && key === undefined) throw new Error(`${receiver.secretEnv} is not set`);
  const timestamp = String(Math.floor(atMs / 1_000));
  return {
    url: receiver.url,
    body,
    headers: {
      'content-type': 'application/json',
      'x-fenghuo-timestamp': timestamp,
      // HMAC-SHA256 over `<timestamp>.<body>`: a receiver can tell a replay from a page.
      ...(key === undefined
        ? {}
        : {
            'x-fenghuo-signature': `sha256=${createHmac('sha256', key).update(`${timestamp}.${body}`).digest('hex')}`,
          }),
    },
  };
};
