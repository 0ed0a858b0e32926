// One attempt to hand a page over, and what its outcome means: taken, to be tried again (when), or refused for good.
import type { Mail, Post } from './receivers.ts';

export type Outcome =
  | { readonly is: 'taken' }
  | { readonly is: 'again'; readonly error: string; readonly afterMs: number | undefined }
  | { readonly is: 'refused'; readonly error: string };

const TIMEOUT_MS = 5_000;
/** What is looked at of an answer. */
const ANSWER_CHARS_MAX = 4_096;
/** The receiver will say no to these bytes whenever it sees them. */
const refusals = new Set([400, 413, 422]);

/** Sends once; never throws. A redirect is a failure: a signed page goes to nobody else. */
export const deliver = async (page: () => Post | Mail, timeoutMs = TIMEOUT_MS): Promise<Outcome> => {
  try {
    const post = page();
    if ('send' in post) return await post.send(timeoutMs);
    const { url, body, headers, judge } = post;
    const response = await fetch(url, {
      method: 'POST',
      body,
      headers,
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (response.ok && judge !== undefined) return judge((await response.text()).slice(0, ANSWER_CHARS_MAX));
    await response.body?.cancel();
    if (response.ok) return { is: 'taken' };
    const error = `answered ${response.status}`;
    if (refusals.has(response.status)) return { is: 'refused', error };
    const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
    return { is: 'again', error, afterMs: Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : undefined };
  } catch (cause) {
    return { is: 'again', error: failure(cause), afterMs: undefined };
  }
};

/** Why it failed, without the address: some receivers carry their secret in it, and this goes into logs. */
const failure = (cause: unknown): string => {
  if (!(cause instanceof Error)) return 'failed';
  if (cause instanceof MissingSecret) return cause.message;
  const inner = cause.cause;
  if (inner instanceof Error && 'code' in inner && typeof inner.code === 'string') return inner.code;
  return cause.name;
};

export class MissingSecret extends Error {
  constructor(variable: string) {
    super(`${variable} is not set`);
    this.name = 'MissingSecret';
  }
}
