// One page, as each kind of receiver wants it.
import { createHmac } from 'node:crypto';
import type { Incident, RouteRule } from '@fenghuo/rules/contract';
import { incidentDocument } from '../server/api.ts';
import { MissingSecret } from './deliver.ts';

export type About = 'open' | 'cause' | 'resolve';
export type Receiver = RouteRule['receivers'][number];
export type Post = { readonly url: string; readonly body: string; readonly headers: Readonly<Record<string, string>> };
/** Looks a secret up by the name that the route gives. */
export type Secret = (name: string) => string | undefined;

const SUMMARY_CHARS_MAX = 1_024;
const summary = (incident: Incident): string =>
  (incident.cause?.reason.en ?? incident.title.en).slice(0, SUMMARY_CHARS_MAX);

export type PostParts = {
  readonly receiver: Receiver;
  readonly incident: Incident;
  readonly about: About;
  /** The page's own key, equal in every attempt: by it a receiver knows a page that it took already. */
  readonly key: string;
  readonly atMs: number;
  readonly secret: Secret;
  /** Address of the incident on the console. */
  readonly link: string;
};

/** The request that tells a receiver about an incident; throws MissingSecret where its secret is not set. */
export const postFor = ({ receiver, incident, about, key, atMs, secret, link }: PostParts): Post => {
  if (receiver.type === 'pagerduty') {
    const routingKey = secret(receiver.routingKeyEnv);
    if (routingKey === undefined) throw new MissingSecret(receiver.routingKeyEnv);
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
  const sharedKey = receiver.secretEnv === undefined ? undefined : secret(receiver.secretEnv);
  if (receiver.secretEnv !== undefined && sharedKey === undefined) throw new MissingSecret(receiver.secretEnv);
  const timestamp = String(Math.floor(atMs / 1_000));
  return {
    url: receiver.url,
    body,
    headers: {
      'content-type': 'application/json',
      'x-fenghuo-delivery': key,
      'x-fenghuo-timestamp': timestamp,
      // HMAC-SHA256 over `<timestamp>.<body>`: a receiver can tell a replay from a page.
      ...(sharedKey === undefined
        ? {}
        : {
            'x-fenghuo-signature': `sha256=${createHmac('sha256', sharedKey).update(`${timestamp}.${body}`).digest('hex')}`,
          }),
    },
  };
};
