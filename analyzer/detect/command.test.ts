// The `detect` command on small files of its own: format, order of rows, faults with their line.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { detectCommand, detectTable, parseTable } from './command.ts';

const single = `timestamp,value\n${Array.from({ length: 400 }, (_, t) => `${1_700_000_000 + t * 300},${t === 350 ? 500 : 10 + (t % 5) * 1.1}`).join('\n')}\n`;

it('answers a row a sample and raises the spike', () => {
  const lines = detectTable(parseTable(single, 'a.csv'));
  expect(lines).toHaveLength(401);
  expect(lines[0]).toBe('timestamp,value,score,anomaly');
  const raised = lines.flatMap((line, i) => (line.endsWith(',1') ? [i - 1] : []));
  expect(raised[0]).toBe(350);
});

it('decides over several metrics together', () => {
  const rows = Array.from({ length: 400 }, (_, t) => {
    const jump = t >= 350 ? 90 : 0;
    return `${1_700_000_000 + t * 300},${5.5 + (t % 3) + jump},${7.5 + (t % 4) + jump},${t === 300 ? 400.5 : 1.5 + (t % 2)}`;
  });
  const lines = detectTable(parseTable(`time,m1,m2,m3\n${rows.join('\n')}\n`, 'b.csv'));
  expect(lines[0]).toBe('timestamp,score,anomaly,metrics');
  const first = lines.find((line) => line.split(',')[2] === '1');
  expect(first?.split(',')[3]).toBe('m1 m2');
});

it('writes below --out and names the line of a fault', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'fenghuo-detect-'));
  const good = path.join(folder, 'a.csv');
  const bad = path.join(folder, 'b.csv');
  writeFileSync(good, single);
  writeFileSync(bad, 'timestamp,value\nsoon,1\n');
  const told: string[] = [];
  expect(await detectCommand([good, bad, '--out', path.join(folder, 'out')], (line) => told.push(line))).toBe(1);
  expect(told[0]).toContain('b.csv:2');
  expect(readFileSync(path.join(folder, 'out', 'a.csv'), 'utf8').split('\n')).toHaveLength(402);
  expect(await detectCommand([], () => undefined)).toBe(2);
});
