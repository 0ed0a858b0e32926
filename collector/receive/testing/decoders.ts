// Every decoder of what comes from outside, behind one face: bytes in, taken or a Refusal.
import { decodeFrame } from '@fenghuo/rules/contract';
import { Derived } from '../derived.ts';
import { jsonToProtobuf, logsRequest, metricsRequest, tracesRequest } from '../otlp-json.ts';
import { takeLogs } from '../otlp-logs.ts';
import { OtlpMetrics } from '../otlp-metrics.ts';
import { RemoteWrite } from '../remote-write.ts';
import { RemoteWrite2 } from '../remote-write-2.ts';
import { Expositions } from '../scrape/exposition.ts';
import { Snappy } from '../snappy.ts';
import { Source } from '../source.ts';
import { Taken } from '../taken.ts';
import { snappied } from './encode.ts';
import type { Payloads } from './payloads.ts';

export type Decoder = {
  readonly name: string;
  /** What a real sender sends. */
  readonly real: Uint8Array;
  /** Throws Refusal, and nothing else. */
  decode(bytes: Uint8Array): void;
};

/** Fewer than a source may have, so that what happens beyond the limit happens too. */
const SERIES_MAX = 5_000;
const SEED = 1;

/** Does the second whatever becomes of the first, and then throws what the first threw. */
const whatever = (first: () => unknown, second: () => unknown): void => {
  let fault: { readonly error: unknown } | undefined;
  try {
    first();
  } catch (error) {
    fault = { error };
  }
  second();
  if (fault !== undefined) throw fault.error;
};

/** All of them, each with state of its own as it has in the collector. */
export const decoders = (payloads: Payloads, nowMs: number): Decoder[] => {
  const options = (name: string) => ({ name, incarnation: 1, seriesMax: SERIES_MAX });
  const through = (
    name: string,
    take: (source: Source) => (bytes: Uint8Array, taken: Taken) => void,
  ): ((bytes: Uint8Array) => void) => {
    const source = new Source(options(name));
    const decode = take(source);
    return (bytes) => {
      const taken = new Taken(source);
      source.begin(nowMs);
      // What was decoded before a fault is published too: it must be whole.
      whatever(
        () => decode(bytes, taken),
        () => {
          for (const { bytes: frame } of source.end().frames)
            if ('fault' in decodeFrame(frame)) throw new Error('a frame that is none');
          taken.settle();
          taken.words();
        },
      );
    };
  };
  const metrics = (name: string) => {
    const decode = through(name, (source) => {
      const otlp = new OtlpMetrics(source, SEED);
      return (bytes, taken) => otlp.take(bytes, taken);
    });
    return decode;
  };
  const traces = (name: string) => {
    const derived = new Derived(options(name), new Map());
    let at = nowMs;
    return (bytes: Uint8Array): void => {
      at += 50;
      whatever(
        () => derived.traces.take(bytes, nowMs).count(),
        () => derived.close(at),
      );
    };
  };
  const logs = (name: string) => {
    const derived = new Derived(options(name), new Map());
    let at = nowMs;
    return (bytes: Uint8Array): void => {
      at += 50;
      whatever(
        () => takeLogs(derived.signatures, bytes, nowMs),
        () => derived.close(at),
      );
    };
  };
  const json =
    (message: Parameters<typeof jsonToProtobuf>[1], take: (bytes: Uint8Array) => void) => (bytes: Uint8Array) =>
      take(jsonToProtobuf(bytes, message));
  const snappy = new Snappy(1_048_576);
  const job = { honor_labels: false, honor_timestamps: true, metric_relabel_configs: [], sample_limit: undefined };
  const text = (name: string, isOpenMetrics: boolean) =>
    through(name, (source) => {
      const expositions = new Expositions(source, SEED);
      const target = { number: 0, job, labels: new Map([['job', 'j']]), series: [] };
      return (bytes, taken) => void expositions.take(target, bytes, isOpenMetrics, nowMs, taken);
    });
  return [
    { name: 'snappy', real: snappied(payloads.write1), decode: (bytes) => void snappy.inflate(bytes) },
    {
      name: 'remote-write 1.0',
      real: payloads.write1,
      decode: through('write1', (source) => {
        const write = new RemoteWrite(source, SEED);
        return (bytes, taken) => write.take(bytes, taken);
      }),
    },
    {
      name: 'remote-write 2.0',
      real: payloads.write2,
      decode: through('write2', (source) => {
        const write = new RemoteWrite2(source, SEED);
        return (bytes, taken) => write.take(bytes, taken);
      }),
    },
    { name: 'OTLP metrics', real: payloads.metrics, decode: metrics('metrics') },
    { name: 'OTLP traces', real: payloads.traces, decode: traces('traces') },
    { name: 'OTLP logs', real: payloads.logs, decode: logs('logs') },
    { name: 'OTLP metrics, JSON', real: payloads.metricsJson, decode: json(metricsRequest, metrics('metrics-json')) },
    { name: 'OTLP traces, JSON', real: payloads.tracesJson, decode: json(tracesRequest, traces('traces-json')) },
    { name: 'OTLP logs, JSON', real: payloads.logsJson, decode: json(logsRequest, logs('logs-json')) },
    { name: 'text 0.0.4', real: payloads.text, decode: text('text', false) },
    { name: 'OpenMetrics', real: payloads.text, decode: text('openmetrics', true) },
  ];
};
