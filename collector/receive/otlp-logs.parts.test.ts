// The OpenTelemetry SDK's own log exporters against a real collector: errors by signature in the store, and a new one before the engine as an event.
import { SeverityNumber } from '@opentelemetry/api-logs';
import { OTLPLogExporter as GrpcExporter } from '@opentelemetry/exporter-logs-otlp-grpc';
import { OTLPLogExporter as JsonExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPLogExporter as ProtoExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider, type LogRecordExporter } from '@opentelemetry/sdk-logs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../testing/process.ts';
import { startTestCollector, type TestCollector } from './testing/collector.ts';
import { overGrpc, overHttp, type Way, ways } from './testing/exporters.ts';

let to: TestCollector;

const exporter = (way: Way): LogRecordExporter => {
  if (way === 'grpc') return new GrpcExporter(overGrpc(to));
  return new (way === 'json' ? JsonExporter : ProtoExporter)(overHttp(to, 'logs', way));
};
const log = async (
  service: string,
  into: LogRecordExporter,
  write: (emit: (text: string, severity: SeverityNumber, attributes?: Record<string, string>) => void) => void,
): Promise<void> => {
  const provider = new LoggerProvider({
    resource: resourceFromAttributes({ 'service.name': service }),
    processors: [new BatchLogRecordProcessor({ exporter: into, scheduledDelayMillis: 200 })],
  });
  const logger = provider.getLogger('test');
  write((body, severityNumber, attributes = {}) => logger.emit({ body, severityNumber, attributes }));
  await provider.forceFlush();
  await provider.shutdown();
};
const counts = (service: string, total: number) =>
  to.rows<{ template: string; errors: number }>(
    `SELECT d.attributes['log.template'] AS template, sum(value) AS errors FROM samples AS s INNER JOIN series AS d FINAL ON d.series = s.series
    WHERE d.service = '${service}' AND startsWith(d.metric, 'fenghuo.log.') GROUP BY template ORDER BY template`,
    (rows) => rows.length > 0 && Number(rows[0]?.errors) >= total,
  );

describe('logs at the collector', () => {
  beforeAll(async () => {
    to = await startTestCollector(3_360);
  });
  afterAll(() => to.stop());

  it.each(ways)('count errors by signature, by %s', async (protocol) => {
    const service = `pay-${protocol}`;
    await log(service, exporter(protocol), (emit) => {
      for (let i = 0; i < 40; i++) {
        emit(`order ${i} of customer ${i * 7} could not be charged`, SeverityNumber.ERROR);
        emit(`order ${i} charged`, SeverityNumber.INFO);
        if (i % 4 === 0)
          emit('charge failed', SeverityNumber.FATAL, {
            'exception.type': 'TimeoutError',
            'exception.message': `no answer in ${i} ms`,
          });
      }
    });
    expect(await counts(service, 50)).toEqual([
      { template: '', errors: 50 },
      { template: 'TimeoutError: no answer in <*> ms', errors: 10 },
      { template: 'order <*> of customer <*> could not be charged', errors: 40 },
    ]);
  });

  it('bring a new signature of a service known from before the restart to the engine, once', async () => {
    await counts('pay-json', 50);
    process.kill(to.pid()!, 'SIGKILL');
    expect(await eventually(30_000, async () => (await fetch(`${to.url}/-/ready`)).ok)).toBe(true);
    for (let i = 0; i < 3; i++)
      await log('pay-json', exporter('json'), (emit) => {
        emit(`order 7${i} of customer 12 could not be charged`, SeverityNumber.ERROR);
        emit(`connection to ledger 10.0.0.${i} lost`, SeverityNumber.ERROR);
      });
    const events = await to.rows<{ kind: string; service: string; what: string }>(
      "SELECT kind, service, what FROM events FINAL WHERE kind = 'error'",
      (rows) => rows.length > 0,
    );
    expect(events).toEqual([
      { kind: 'error', service: 'pay-json', what: 'new error signature: connection to ledger <*> lost' },
    ]);
    const message = await to.bus.jsm.streams.getMessage('TELEMETRY-0', { last_by_subj: 'fh.t.0.event' });
    expect(message?.json()).toMatchObject({ kind: 'error', service: 'pay-json' });
  });
});
