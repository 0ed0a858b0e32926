// One answer of a target, within its time and the limit of its size; what is compressed is inflated within the limit too.
import { readFileSync } from 'node:fs';
import { receiveLimits } from '../limits.ts';
import { Refusal } from '../refusal.ts';
import type { Job } from './config.ts';

const ACCEPT = 'application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.5,*/*;q=0.1';

export type Answer = { readonly bytes: Uint8Array; readonly isOpenMetrics: boolean };

/** Asks a target. Rejects with Refusal `body_too_large`, or an Error that says why there is no answer. */
export const ask = async (url: string, job: Job): Promise<Answer> => {
  const response = await fetch(url, {
    headers: {
      accept: ACCEPT,
      'user-agent': 'fenghuo',
      'x-prometheus-scrape-timeout-seconds': String(job.timeoutMs / 1_000),
      ...credentials(job),
    },
    redirect: 'follow',
    signal: AbortSignal.timeout(job.timeoutMs),
  });
  if (!response.ok) {
    await response.body?.cancel();
    throw new Error(`HTTP ${response.status}`);
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > receiveLimits.decodedBytesMax)
      throw new Refusal('body_too_large', `an answer of at most ${receiveLimits.decodedBytesMax} bytes`);
    chunks.push(chunk);
  }
  const type = response.headers.get('content-type') ?? '';
  return { bytes: Buffer.concat(chunks), isOpenMetrics: type.startsWith('application/openmetrics-text') };
};

/** Secrets in files are read each time: they are changed without a restart. */
const credentials = ({ authorization, basic_auth }: Job): Record<string, string> => {
  const secret = (given: string | undefined, file: string | undefined): string =>
    given ?? (file === undefined ? '' : readFileSync(file, 'utf8').trim());
  if (authorization !== undefined)
    return {
      authorization: `${authorization.type} ${secret(authorization.credentials, authorization.credentials_file)}`,
    };
  if (basic_auth === undefined) return {};
  const { username, password, password_file } = basic_auth;
  return { authorization: `Basic ${Buffer.from(`${username}:${secret(password, password_file)}`).toString('base64')}` };
};
