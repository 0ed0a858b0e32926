// Pages of a list that grows while one reads it, and which store answers a stretch of time.
import type { Incident } from '@fenghuo/rules/contract';
import { describe, expect, it } from 'vitest';
import { byNewest, page } from './page.ts';
import { sourceOf } from './series.ts';

const both = { en: 't', zh: 't' };
const incident = (id: string, openedMs: number): Incident => ({
  id,
  state: 'open',
  severity: 'error',
  title: both,
  onsetMs: openedMs,
  openedMs,
  cause: null,
  ranking: [],
  path: [],
  affected: [],
  inhibited: [],
  actions: [],
  impact: [],
  clocks: { onsetMs: 0, alertDueMs: 1, respondDueMs: 2, repairDueMs: 3 },
  timeline: [],
  proof: { opened: 'd', actions: {} },
});
const list = [incident('a', 3), incident('c', 2), incident('b', 2), incident('d', 1)].sort(byNewest);

describe('pages', () => {
  it('give each incident once, though one opens in between', () => {
    const first = page(list, undefined, 2);
    expect(first?.items.map((one) => one.id)).toEqual(['a', 'b']);
    const grown = [incident('new', 9), ...list];
    const second = page(grown, first?.nextCursor ?? '', 2);
    expect(second?.items.map((one) => one.id)).toEqual(['c', 'd']);
    expect(second?.nextCursor).toBeNull();
  });
  it('end where the list ends', () => expect(page(list, undefined, 4)?.nextCursor).toBeNull());
  it('know a cursor from something else', () => expect(page(list, 'i-am-none', 2)).toBeUndefined());
});

describe('the source of figures', () => {
  const hour = 3_600_000;
  const now = 1_000 * 24 * hour;
  it.each([
    ['the last hour', 1, 0, 'raw', 6_000],
    ['five hours, three days ago', 77, 72, 'minute', 60_000],
    ['the last week', 168, 0, 'minute', 1_020_000],
    ['a day half a year ago', 4_400, 4_376, 'hour', hour],
  ] as const)('of %s', (_, from, to, source, stepMs) => {
    expect(sourceOf(now - from * hour, now - to * hour, 600, now)).toEqual({ source, stepMs });
  });
});
