// Senders who do not speak frames: each request is sent until it is answered 2xx, as Prometheus and the SDKs do, and only then entered in the ledger.
import { realClock } from '@fenghuo/kit';
import { Writer } from '../../collector/receive/protobuf-writer.ts';
import { encodeWrite1, encodeWrite2, snappied } from '../../collector/receive/testing/encode.ts';
import type { Ledger } from '../../collector/testing/sender.ts';

export type Format = 'remote-write 1.0' | 'remote-write 2.0' | 'OTLP';
type Sample = { readonly series: number; readonly value: number; readonly timeMs: number };

const SERIES = 300;
const INSTANCES = 3;
const PROTOBUF = 'application/x-protobuf';
/** A client gives up waiting after so long, and sends again. */
const PATIENCE_MS = 5_000;
const AGAIN_MS = 100;

/** How each format writes samples of a service: its path, headers and body. */
const forms: Readonly<
  Record<
    Format,
    { path: string; headers: Record<string, string>; body(service: string, of: readonly Sample[]): Uint8Array }
  >
> = {
  'remote-write 1.0': {
    path: '/api/v1/write',
    headers: { 'content-type': PROTOBUF, 'content-encoding': 'snappy' },
    body: (service, of) => snappied(encodeWrite1(written(service, of))),
  },
  'remote-write 2.0': {
    path: '/api/v1/write',
    headers: { 'content-type': `${PROTOBUF};proto=io.prometheus.write.v2.Request`, 'content-encoding': 'snappy' },
    body: (service, of) => snappied(encodeWrite2(written(service, of))),
  },
  OTLP: { path: '/v1/metrics', headers: { 'content-type': PROTOBUF }, body: (service, of) => otlp(service, of) },
};

const instanceOf = (series: number): string => `i${series % INSTANCES}`;
const written = (job: string, of: readonly Sample[]) =>
  of.map(({ series, value, timeMs }) => ({
    labels: { __name__: 'load', job, instance: instanceOf(series), id: String(series) },
    samples: [{ value, timeMs }],
  }));
const otlp = (service: string, of: readonly Sample[]): Uint8Array => {
  const request = new Writer();
  const pair = (into: Writer, field: number, key: string, value: string): Writer =>
    into.message(field, (one) => one.text(1, key).message(2, (any) => any.text(1, value)));
  for (let instance = 0; instance < INSTANCES; instance++)
    request.message(1, (all) => {
      all.message(1, (resource) => {
        pair(resource, 1, 'service.name', service);
        pair(resource, 1, 'service.instance.id', `i${instance}`);
      });
      all.message(2, (scope) => {
        for (const { series, value, timeMs } of of.filter((one) => one.series % INSTANCES === instance))
          scope.message(2, (metric) =>
            metric.text(1, 'load').message(5, (gauge) =>
              gauge.message(1, (point) => {
                const nanos = new DataView(new ArrayBuffer(8));
                nanos.setFloat64(0, value);
                pair(
                  point.bits(3, BigInt(timeMs) * 1_000_000n).bits(4, nanos.getBigUint64(0)),
                  7,
                  'id',
                  String(series),
                );
              }),
            ),
          );
      });
    });
  return request.done();
};

export class ForeignSender {
  /** Of what was answered 2xx. */
  readonly ledger: Ledger = { count: 0, sum: 0 };
  requests = 0;
  /** Requests whose first answer did not come, or was none to stay with. */
  repeated = 0;
  readonly service: string;
  readonly format: Format;
  private readonly url: string;
  private readonly token: string;
  private readonly random: () => number;

  constructor(
    format: Format,
    service: string,
    to: { readonly url: string; readonly token: string },
    random: () => number,
  ) {
    this.format = format;
    this.service = service;
    this.url = to.url;
    this.token = to.token;
    this.random = random;
  }

  /** Sends a request until it is taken. Series come in any number and order, so that a collector that is started anew meets them in another. */
  async send(timeMs: number): Promise<void> {
    const first = Math.floor(this.random() * SERIES);
    const count = 1 + Math.floor(this.random() * SERIES);
    const samples = Array.from({ length: count }, (_, i) => {
      const series = (first + i * 7) % SERIES;
      return { series, value: (timeMs % 1_000_000) + series, timeMs };
    });
    const { path, headers, body } = forms[this.format];
    const bytes = Buffer.from(body(this.service, samples));
    const request = { method: 'POST', body: bytes, headers: { ...headers, authorization: `Bearer ${this.token}` } };
    for (let attempt = 0; ; attempt++) {
      const status = await fetch(this.url + path, { ...request, signal: AbortSignal.timeout(PATIENCE_MS) }).then(
        async (response) => {
          await response.arrayBuffer();
          return response.status;
        },
        () => 0,
      );
      if (status >= 200 && status < 300) break;
      if (status >= 400 && status < 500 && status !== 429) throw new Error(`${this.format} was answered ${status}`);
      if (attempt === 0) this.repeated++;
      await realClock.sleep(AGAIN_MS);
    }
    this.requests++;
    for (const { value } of samples) {
      this.ledger.count++;
      this.ledger.sum += value;
    }
  }
}
