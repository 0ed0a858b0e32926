// A webhook of one's own: the whole incident as JSON, signed so that a receiver can tell a page from a forgery and from a replay.
import { createHmac } from 'node:crypto';
import { incidentDocument } from '../../server/api.ts';
import { json, needed, type Post, type PostParts, type ReceiverOf, summary } from './post.ts';

export const webhook = (parts: PostParts<ReceiverOf<'webhook'>>): Post => {
  const { receiver, incident, about, key, atMs, secret, link } = parts;
  const at = new Date(atMs).toISOString();
  const body = JSON.stringify({ about, at, summary: summary(incident), link, incident: incidentDocument(incident) });
  const timestamp = String(Math.floor(atMs / 1_000));
  const headers = { ...json, 'x-fenghuo-delivery': key, 'x-fenghuo-timestamp': timestamp };
  if (receiver.secretEnv === undefined) return { url: receiver.url, body, headers };
  // Over `<timestamp>.<body>`: a replay carries an old time and cannot change it.
  const signed = createHmac('sha256', needed(secret, receiver.secretEnv)).update(`${timestamp}.${body}`).digest('hex');
  return { url: receiver.url, body, headers: { ...headers, 'x-fenghuo-signature': `sha256=${signed}` } };
};
