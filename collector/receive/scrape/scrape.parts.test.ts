// A collector that scrapes: OpenTelemetry's Prometheus exporter, an OpenMetrics target and itself, by files that come and go, with relabelling.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ports } from '@fenghuo/kit';
import { sourcesOverview } from '@fenghuo/rules/contract';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../testing/process.ts';
import { startTestCollector, type TestCollector, TOKEN } from '../testing/collector.ts';

const SHIFT = 3_380;
const OTEL_PORT = 9_464 + SHIFT;
const folder = mkdtempSync(join(tmpdir(), 'fenghuo-scrape-'));
const targetsFile = join(folder, 'targets.json');
let to: TestCollector;
let target: Server;
let exporter: PrometheusExporter;
let address = '';
let answer: () => { status: number; body: string } = () => ({ status: 200, body: '# EOF\n' });

type Row = {
  readonly metric: string;
  readonly kind: string;
  readonly instance: string;
  readonly attributes: Record<string, string>;
  readonly n: string;
  readonly least: number;
  readonly most: number;
};
const rows = (job: string, enough: (rows: readonly Row[]) => boolean): Promise<Row[]> =>
  to.rows<Row>(
    `SELECT d.metric AS metric, d.kind AS kind, d.instance AS instance, d.attributes AS attributes, count() AS n, min(value) AS least, max(value) AS most
    FROM samples AS s INNER JOIN series AS d FINAL ON d.series = s.series WHERE d.service = '${job}' GROUP BY metric, kind, instance, attributes ORDER BY metric`,
    enough,
  );
const of = (all: readonly Row[], metric: string): Row | undefined => all.find((row) => row.metric === metric);

describe('scraping', () => {
  beforeAll(async () => {
    target = createServer((_request, response) => {
      const { status, body } = answer();
      response.writeHead(status, {
        'content-type': 'application/openmetrics-text; version=1.0.0; charset=utf-8',
        'content-encoding': 'gzip',
      });
      response.end(gzipSync(body));
    });
    await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve));
    address = `127.0.0.1:${(target.address() as AddressInfo).port}`;
    exporter = new PrometheusExporter({ port: OTEL_PORT, host: '127.0.0.1' });
    await exporter.startServer().catch(() => undefined);
    const config = join(folder, 'scrape.yml');
    writeFileSync(targetsFile, '[]');
    writeFileSync(
      config,
      `global: { scrape_interval: 500ms }
scrape_configs:
  - job_name: self
    static_configs: [{ targets: ['127.0.0.1:${ports.collector + SHIFT}'], labels: { env: test } }]
    metric_relabel_configs:
      - { source_labels: [__name__], regex: 'fenghuo_receive_.*|process_.*', action: keep }
      - { regex: service, action: labeldrop }
  - job_name: otel
    static_configs: [{ targets: ['127.0.0.1:${OTEL_PORT}'] }]
  - job_name: files
    sample_limit: 3
    file_sd_configs: [{ files: ['${folder}/targets*.json'], refresh_interval: 500ms }]
    relabel_configs:
      - { source_labels: [tier], regex: dev, action: drop }
      - { regex: 'meta_(.+)', action: labelmap }
      - { regex: 'meta_.+', action: labeldrop }
`,
    );
    to = await startTestCollector(SHIFT, { FENGHUO_SCRAPE: config });
  });
  afterAll(async () => {
    await to?.stop();
    await exporter?.shutdown();
    target?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('takes what an exporter of OpenTelemetry and the collector itself expose', async () => {
    const provider = new MeterProvider({ readers: [exporter] });
    const counter = provider.getMeter('test').createCounter('orders', { unit: '1' });
    counter.add(41.5, { route: '/a "b"\n' });
    const otel = await rows('otel', (all) => of(all, 'orders_total') !== undefined && of(all, 'up') !== undefined);
    expect(of(otel, 'orders_total')).toMatchObject({
      kind: 'cumulative',
      instance: `127.0.0.1:${OTEL_PORT}`,
      least: 41.5,
      most: 41.5,
      attributes: { route: '/a "b"\n' },
    });
    expect(of(otel, 'up')).toMatchObject({ most: 1 });
    const self = await rows(
      'self',
      (all) => of(all, 'process_resident_memory_bytes') !== undefined && of(all, 'up') !== undefined,
    );
    expect(of(self, 'process_resident_memory_bytes')?.attributes).toEqual({ env: 'test' });
    expect(self.every(({ metric }) => /^(fenghuo_receive_|process_|up$|scrape_)/.test(metric))).toBe(true);
    const said = await fetch(`${to.url}/api/v1/sources`, { headers: { authorization: `Bearer ${TOKEN}` } });
    const scraped = sourcesOverview.parse(await said.json()).sources.find(({ name }) => name === 'collector/scrape');
    // More than `up` and its four like.
    expect(scraped!.series).toBeGreaterThan(5);
    expect(scraped!.samples).toBeGreaterThan(0);
    expect(of(self, 'scrape_samples_scraped')!.most).toBeGreaterThan(
      of(self, 'scrape_samples_post_metric_relabeling')!.most,
    );
  });

  it('follows a file of targets, says up and down, and ends what is gone', async () => {
    answer = () => ({ status: 200, body: '# TYPE heat gauge\nheat{room="1"} 20.25\nheat{room="2"} -3\n# EOF\n' });
    writeFileSync(
      targetsFile,
      JSON.stringify([
        { targets: [address], labels: { meta_zone: 'eu', job: 'rooms' } },
        { targets: ['127.0.0.1:9'], labels: { tier: 'dev' } },
      ]),
    );
    const found = await rows('rooms', (all) => Number(of(all, 'heat')?.n ?? 0) >= 3);
    expect(found.filter(({ metric }) => metric === 'heat').map(({ attributes, most }) => [attributes, most])).toEqual(
      expect.arrayContaining([
        [{ room: '1', zone: 'eu' }, 20.25],
        [{ room: '2', zone: 'eu' }, -3],
      ]),
    );
    expect(of(found, 'up')).toMatchObject({ least: 1 });
    // The dev target was dropped: nobody is down.
    expect(await rows('files', () => true)).toEqual([]);

    const missing = async (): Promise<number> =>
      Number(
        /fenghuo_receive_missing_total\{[^}]*source="collector\/scrape"[^}]*\} (\d+)/.exec(
          await (await fetch(`${to.url}/metrics`)).text(),
        )?.[1] ?? 0,
      );
    const before = await missing();
    answer = () => ({ status: 500, body: '' });
    expect(await eventually(20_000, async () => of(await rows('rooms', () => true), 'up')?.least === 0)).toBe(true);
    expect(await missing(), 'stale markers of two series').toBe(before + 2);

    answer = () => ({
      status: 200,
      body: `${Array.from({ length: 5 }, (_, i) => `heat{room="${i}"} 1`).join('\n')}\n# EOF\n`,
    });
    expect(
      await eventually(20_000, async () =>
        /refused_total\{[^}]*reason="sample_limit"/.test(await (await fetch(`${to.url}/metrics`)).text()),
      ),
    ).toBe(true);
    expect((await rows('rooms', () => true)).filter(({ attributes }) => attributes.room === '4')).toEqual([]);

    answer = () => ({ status: 200, body: '# TYPE heat gauge\nheat{room="1"} 7\nheat 1' });
    expect(
      await eventually(20_000, async () =>
        /refused_total\{[^}]*reason="text_corrupt"/.test(await (await fetch(`${to.url}/metrics`)).text()),
      ),
    ).toBe(true);

    writeFileSync(targetsFile, '[]');
    expect(
      await eventually(20_000, async () =>
        (await (await fetch(`${to.url}/metrics`)).text()).includes(
          'fenghuo_scrape_targets{service="collector",job="files"} 0',
        ),
      ),
    ).toBe(true);
  });
});
