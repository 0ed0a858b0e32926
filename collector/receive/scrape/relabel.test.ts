// Relabelling as Prometheus documents it, what a target's address becomes, and configurations that are wrong, each with its place.
import { describe, expect, it } from 'vitest';
import { type Job, parseScrapeConfig } from './config.ts';
import { addressOf, digest } from './discovery.ts';
import { relabel, relabelRule } from './relabel.ts';

const apply = (labels: Record<string, string>, ...rules: object[]): Record<string, string> | undefined => {
  const map = new Map(Object.entries(labels));
  return relabel(
    map,
    rules.map((rule) => relabelRule.parse(rule)),
    digest,
  )
    ? Object.fromEntries(map)
    : undefined;
};
const jobOf = (yaml: string): Job => parseScrapeConfig('scrape.yml', yaml)[0]!;
const faultsOf = (yaml: string): string => {
  try {
    parseScrapeConfig('scrape.yml', yaml);
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
};

describe('relabelling', () => {
  it.each([
    [
      'replaces',
      { a: 'x-1' },
      [{ source_labels: ['a'], regex: '(.+)-(\\d)', target_label: 'b', replacement: `\${2}:$1` }],
      { a: 'x-1', b: '1:x' },
    ],
    [
      'reads a group name to its end, as Go does',
      { a: 'x' },
      [{ source_labels: ['a'], regex: '(.*)', target_label: 'b', replacement: '$1z' }],
      { a: 'x' },
    ],
    [
      'is anchored',
      { a: 'xyz' },
      [{ source_labels: ['a'], regex: 'y', target_label: 'b', replacement: 'no' }],
      { a: 'xyz' },
    ],
    [
      'joins',
      { a: '1', b: '2' },
      [{ source_labels: ['a', 'b', 'c'], separator: '/', target_label: 'd' }],
      { a: '1', b: '2', d: '1/2/' },
    ],
    ['keeps', { a: '1' }, [{ source_labels: ['a'], regex: '2', action: 'keep' }], undefined],
    ['drops', { a: '1' }, [{ source_labels: ['a'], regex: '1|2', action: 'drop' }], undefined],
    [
      'maps',
      { __meta_zone: 'z', b: '2' },
      [{ regex: '__meta_(.+)', action: 'labelmap' }],
      { __meta_zone: 'z', b: '2', zone: 'z' },
    ],
    ['drops labels', { tmp_a: '1', b: '2' }, [{ regex: 'tmp_.*', action: 'labeldrop' }], { b: '2' }],
    ['keeps labels', { a: '1', b: '2' }, [{ regex: 'a', action: 'labelkeep' }], { a: '1' }],
    ['takes an empty value for no label', { a: '1' }, [{ target_label: 'a', replacement: '' }], {}],
    [
      'changes case',
      { a: 'Ab' },
      [{ source_labels: ['a'], target_label: 'b', action: 'uppercase' }],
      { a: 'Ab', b: 'AB' },
    ],
    ['compares', { a: '1', b: '1' }, [{ source_labels: ['a'], target_label: 'b', action: 'dropequal' }], undefined],
    // The figure is that of Prometheus' own test (relabel_test.go).
    [
      'hashes',
      { c: 'baz' },
      [{ source_labels: ['c'], target_label: 'd', separator: ';', action: 'hashmod', modulus: 1_000 }],
      { c: 'baz', d: '976' },
    ],
  ] as [string, Record<string, string>, object[], Record<string, string> | undefined][])(
    '%s',
    (_what, labels, rules, expected) => expect(apply(labels, ...rules)).toEqual(expected),
  );

  it('makes an address and labels of a target', () => {
    const job = jobOf(`scrape_configs:
  - job_name: probe
    metrics_path: /probe
    params: { module: [http, second] }
    relabel_configs:
      - { source_labels: [__address__], target_label: __param_target }
      - { source_labels: [__param_target], target_label: instance }
      - { target_label: __address__, replacement: 127.0.0.1:9115 }
`);
    const found = addressOf(job, 'shop.example', { team: 'pay' });
    expect(found?.url).toBe('http://127.0.0.1:9115/probe?module=second&module=http&target=shop.example');
    expect(Object.fromEntries(found!.labels)).toEqual({ job: 'probe', team: 'pay', instance: 'shop.example' });
  });

  it('says where a configuration is wrong', () => {
    expect(faultsOf('scrape_configs:\n  - job_name: a\n    scrape_intervall: 5s\n')).toMatch(
      /scrape\.yml:3:5: unknown field "scrape_intervall"/,
    );
    expect(faultsOf('scrape_configs:\n  - job_name: a\n    scrape_interval: 5 minutes\n')).toMatch(
      /scrape\.yml:3:22: .*no duration/,
    );
    expect(faultsOf('scrape_configs:\n  - job_name: a\n    relabel_configs:\n      - regex: "(["\n')).toMatch(
      /scrape\.yml:4:16: .*[Rr]egular expression/,
    );
    expect(
      faultsOf(
        'scrape_configs:\n  - job_name: a\n    relabel_configs:\n      - { action: hashmod, target_label: x }\n',
      ),
    ).toMatch(/scrape\.yml:4:9: .*needs modulus/);
    expect(faultsOf('scrape_configs:\n  - job_name: a\n  - job_name: a\n')).toMatch(/scrape\.yml:3:15: .*stands twice/);
    expect(faultsOf('scrape_configs: [')).toMatch(/scrape\.yml:1:\d+: /);
  });
});
