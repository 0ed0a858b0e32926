// What the posts to every kind of receiver share: the request, what it is made of, and what an answer means.
import type { Incident, RouteRule } from '@fenghuo/rules/contract';
import { MissingSecret, type Outcome } from '../deliver.ts';

export type About = 'open' | 'cause' | 'escalate' | 'resolve';
export type Receiver = RouteRule['receivers'][number];
export type Post = {
  readonly url: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** For receivers that answer 200 and say in the body that they did not take it. */
  readonly judge?: (body: string) => Outcome;
};
/** What is not a request over HTTP sends itself; it may throw, and what that means is its own to say. */
export type Mail = { send(timeoutMs: number): Promise<Outcome> };
/** Looks a secret up by the name that the route gives. */
export type Secret = (name: string) => string | undefined;

export type PostParts<R extends Receiver = Receiver> = {
  readonly receiver: R;
  readonly incident: Incident;
  readonly about: About;
  /** The page's own key, equal in every attempt: by it a receiver knows a page that it took already. */
  readonly key: string;
  readonly atMs: number;
  readonly secret: Secret;
  /** Address of the incident on the console. */
  readonly link: string;
};
export type ReceiverOf<T extends Receiver['type']> = Extract<Receiver, { readonly type: T }>;

export const json = { 'content-type': 'application/json' } as const;

/** The secret under a name; throws MissingSecret where it is not set: nothing is sent unsigned by mistake. */
export const needed = (secret: Secret, name: string): string => {
  const value = secret(name);
  if (value === undefined || value === '') throw new MissingSecret(name);
  return value;
};

const SUMMARY_CHARS_MAX = 1_024;
/** One line: the reason where there is one, else what people notice. */
export const summary = (incident: Incident): string =>
  (incident.cause?.reason.en ?? incident.title.en).slice(0, SUMMARY_CHARS_MAX);
