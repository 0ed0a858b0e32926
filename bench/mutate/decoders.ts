// Every decoder of what comes from outside, the receivers' and all others, behind one face: bytes in, undefined where taken, else why not.
import { gzipSync } from 'node:zlib';
import { OpsError } from '@fenghuo/kit';
import { changeEvent, encodeFrame, frameSchema, readFrame, silenceDraft } from '@fenghuo/rules/contract';
import { readRuleText } from '@fenghuo/rules/load';
import type { z } from 'zod';
import { inflate } from '../../collector/receive/body.ts';
import { Refusal } from '../../collector/receive/refusal.ts';
import { parseScrapeConfig } from '../../collector/receive/scrape/config.ts';
import { decoders } from '../../collector/receive/testing/decoders.ts';
import type { Payloads } from '../../collector/receive/testing/payloads.ts';
import { schemaOf } from '../../collector/testing/sender.ts';
import { PostedAlerts, postedAlerts } from '../../console/server/alerts.ts';
import { readMatcher } from '../../console/server/matchers.ts';
import { matcherText, openslo, playbook, scrape, silence, alerts as someAlerts } from './documents.ts';

/** What a decoder said: undefined where it took the bytes, else the reason that the sender is told or the counter carries. */
export type Verdict = string | undefined;
export type Spoiled = {
  readonly name: string;
  /** What a real sender sends. */
  readonly real: Uint8Array;
  /** Throws nothing: whatever it throws is a crash. */
  judge(bytes: Uint8Array): Verdict | Promise<Verdict>;
};

const utf8 = new TextDecoder();
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** JSON as express or NATS reads it, and what zod makes of it. */
const json =
  (schema: z.ZodType, then: (value: unknown) => Verdict = () => undefined) =>
  (bytes: Uint8Array): Verdict => {
    let given: unknown;
    try {
      given = JSON.parse(utf8.decode(bytes));
    } catch (error) {
      if (error instanceof SyntaxError) return 'no JSON';
      throw error;
    }
    const parsed = schema.safeParse(given);
    if (parsed.success) return then(parsed.data);
    return parsed.error.issues[0]?.message === undefined ? undefined : 'not as the schema says';
  };

const rules = (bytes: Uint8Array): Verdict => {
  const { faults } = readRuleText('mutated.yaml', utf8.decode(bytes));
  for (const { line, column, message } of faults)
    if (!(line >= 1 && column >= 1) || message === '') throw new Error('a fault without a place or a word');
  return faults.length > 0 ? 'file:line:column' : undefined;
};

const frame = (bytes: Uint8Array): Verdict => {
  const read = readFrame(bytes);
  return 'fault' in read ? read.fault : undefined;
};

/** All of them, by name. Refusals of the receivers become their reasons. */
export const spoiledDecoders = (payloads: Payloads, nowMs: number): Spoiled[] => {
  const schema = schemaOf('payment@1', 8);
  const posted = new PostedAlerts();
  const refusable =
    (decode: (bytes: Uint8Array) => unknown) =>
    async (bytes: Uint8Array): Promise<Verdict> => {
      try {
        await decode(bytes);
        return undefined;
      } catch (error) {
        if (error instanceof Refusal) return error.reason;
        if (error instanceof OpsError) return error.code;
        throw error;
      }
    };
  return [
    {
      name: 'frame',
      real: encodeFrame({
        schema: schema.hash,
        probe: '00000000000000ff',
        incarnation: 1,
        sequence: 7,
        lost: 0,
        timeMs: nowMs,
        values: Float64Array.of(1, 2, Number.NaN, 4, 5, 6, 7, 8),
      }),
      judge: frame,
    },
    { name: 'schema', real: bytesOf(JSON.stringify(schema)), judge: json(frameSchema) },
    {
      name: 'gzip',
      real: gzipSync(payloads.metrics),
      judge: refusable((bytes) => inflate(Buffer.from(bytes), 'gzip', ['gzip'])),
    },
    ...decoders(payloads, nowMs).map(({ name, real, decode }) => ({ name, real, judge: refusable(decode) })),
    {
      name: 'change event',
      real: bytesOf(JSON.stringify({ v: 1, kind: 'deploy', service: 'payment', what: 'v42', version: '42' })),
      judge: json(changeEvent),
    },
    {
      name: 'alerts (Alertmanager)',
      real: bytesOf(JSON.stringify(someAlerts(nowMs))),
      judge: json(postedAlerts, (given) =>
        posted.take(given as z.output<typeof postedAlerts>, nowMs) ? undefined : 'too many alerts',
      ),
    },
    {
      name: 'silence (Alertmanager)',
      real: bytesOf(JSON.stringify(silence(nowMs))),
      judge: json(silenceDraft),
    },
    {
      name: 'matcher',
      real: bytesOf(matcherText),
      judge: (bytes) => (readMatcher(utf8.decode(bytes)) === undefined ? 'no matcher' : undefined),
    },
    { name: 'playbook YAML', real: bytesOf(playbook), judge: rules },
    { name: 'OpenSLO YAML', real: bytesOf(openslo), judge: rules },
    {
      name: 'scrape YAML',
      real: bytesOf(scrape),
      judge: refusable((bytes) => parseScrapeConfig('scrape.yaml', utf8.decode(bytes))),
    },
  ];
};
