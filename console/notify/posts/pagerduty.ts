// PagerDuty Events v2: one alert an incident, from trigger to resolve.
import { json, needed, type Post, type PostParts, type ReceiverOf, summary } from './post.ts';

export const pagerduty = ({ receiver, incident, about, secret, link }: PostParts<ReceiverOf<'pagerduty'>>): Post => {
  const body = {
    routing_key: needed(secret, receiver.routingKeyEnv),
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
  return { url: `${receiver.url}/v2/enqueue`, body: JSON.stringify(body), headers: json };
};
