// One bad fixture a mistake: each is told with its file and line.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadRules, readRules } from './load.ts';

const playbook = `kind: playbook
name: switch
title: { en: Switch the channel, zh: 切换通道 }
when: { kinds: [latency], confidenceMin: 0.6, hasAlternative: true }
set: { service: payment, flag: payment.channel, value: '{{alternative}}' }
lease: 30s
guards: {}
verify: { kpi: success, min: 0.98, within: 20s }
undo: { afterHealthy: 10s }
`;
const topology = `kind: topology
entities:
  - { name: bank-a, kind: third_party, alternatives: [bank-b] }
  - { name: bank-b, kind: third_party }
kpis:
  - { name: success, title: Payments, audience: customers, metric: payments, unit: '1', better: higher }
`;
let folder: string;
const put = (name: string, text: string): void => writeFileSync(join(folder, name), text);
const faults = (): string[] =>
  readRules([folder]).faults.map((f) => `${f.file.split('/').at(-1)}:${f.line} ${f.message}`);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fenghuo-rules-'));
  put('topology.yaml', topology);
  put('playbook.yaml', playbook);
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('rules', () => {
  it('merges what is right', () => {
    const book = loadRules([folder]);
    expect(book.playbooks[0]).toMatchObject({
      name: 'switch',
      lease: 30_000,
      guards: { approval: 'auto', cooldown: 60_000 },
    });
    expect(book.topology.kpis[0]?.title).toEqual({ en: 'Payments', zh: 'Payments' });
  });

  it('reads several documents of one file, and several folders', () => {
    put('playbook.yaml', `${playbook}---\n${playbook.replace('name: switch', 'name: other')}`);
    expect(loadRules([folder]).playbooks.map((p) => p.name)).toEqual(['switch', 'other']);
    expect(readRules([folder, `${folder}/none`]).faults).toMatchObject([{ message: 'no such folder' }]);
  });

  it.each([
    ['an unknown field', playbook.replace('min: 0.98', 'minn: 0.98'), 'playbook.yaml:8 unknown field "minn" in verify'],
    [
      'an alias without its anchor',
      playbook.replace('30s', '*lease'),
      'playbook.yaml:1 Unresolved alias (the anchor must be set before the alias): lease',
    ],
    [
      'a wrong duration',
      playbook.replace('30s', '30 sec'),
      'playbook.yaml:6 lease: a duration such as 500ms, 30s, 5m, 2h',
    ],
    [
      'a wrong kind',
      playbook.replace('kind: playbook', 'kind: playbok'),
      'playbook.yaml:1 kind must be topology, playbook, recommendation, route or detector, or one of OpenSLO',
    ],
    ['broken YAML', `${playbook}x: [1`, 'playbook.yaml:10 '],
    ['a missing field', playbook.replace('name: switch\n', ''), 'playbook.yaml:1 name: '],
    [
      'an unknown KPI',
      playbook.replace('kpi: success', 'kpi: failure'),
      'playbook.yaml:8 no kpi "failure" is declared',
    ],
    ['the same name twice', `${playbook}---\n${playbook}`, 'playbook.yaml:12 playbook "switch" is declared already at'],
  ])('tells %s', (_, text, expected) => {
    put('playbook.yaml', text);
    expect(
      faults().some((fault) => fault.startsWith(expected)),
      faults().join('\n'),
    ).toBe(true);
  });

  it('tells a stand-in that nobody declared', () => {
    put('topology.yaml', topology.replace('[bank-b]', '[bank-c]'));
    expect(faults()).toEqual(['topology.yaml:3 no entity "bank-c" is declared']);
  });
});
