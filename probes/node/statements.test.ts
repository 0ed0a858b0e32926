// What a process asks its databases, told statement by statement and without anybody's data.
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import { callPoints } from './call-points.ts';
import { Calls } from './calls.ts';
import type { Point } from './point.ts';
import { shapeOf, statementsMax } from './statements.ts';

const ask = (calls: Calls, text: string, seconds: number): void =>
  calls.ended({
    kind: SpanKind.CLIENT,
    attributes: { 'db.system': 'postgresql', 'db.statement': text, 'server.address': 'store', 'server.port': 5432 },
    status: { code: SpanStatusCode.UNSET },
    startTime: [0, 0],
    duration: [0, seconds * 1e9],
  });
/** Seconds by statement since the last tick. */
const tick = (calls: Calls): Record<string, number> => {
  const points: Point[] = [];
  callPoints(calls, 0, (point) => void points.push(point));
  return Object.fromEntries(
    points.flatMap(({ metric, edge, value }) =>
      metric === 'fenghuo.client.operation.time' ? [[edge?.operation ?? '', value]] : [],
    ),
  );
};

describe('statements', () => {
  it('are told apart by their shape, and their time begins anew each tick', () => {
    const calls = new Calls();
    ask(calls, 'SELECT * FROM users WHERE id = 7', 0.25);
    ask(calls, 'SELECT *\n  FROM users WHERE id = 8', 0.5);
    ask(calls, "SELECT * FROM users WHERE name = 'Li'", 0.125);
    expect(tick(calls)).toEqual({
      'SELECT * FROM users WHERE id = ?': 0.75,
      'SELECT * FROM users WHERE name = ?': 0.125,
    });
    expect(Object.values(tick(calls))).toEqual([0, 0]);
  });

  it('hold no value of anybody, whatever stands in them', () => {
    expect(shapeOf("INSERT INTO cards VALUES (4111, 'it''s me', $3::int)")).toBe('INSERT INTO cards VALUES (?)');
    expect(shapeOf('SELECT 1 FROM t WHERE x IN (1, 2,\t3)')).toBe('SELECT ? FROM t WHERE x IN (?)');
    expect(shapeOf('SELECT 0x1F, 7e3 /* for "Li" */ FROM t -- his 4111')).toBe('SELECT ?, ? FROM t');
    expect(shapeOf('{"find":"cards","owner":"Li')).toBe('{?:?,?:?');
    expect(shapeOf(`SELECT '${'x'.repeat(9_000)}`)).toBe('SELECT ?');
    expect(shapeOf(`SELECT ${'x'.repeat(9_000)}`).length).toBeLessThanOrEqual(120);
  });

  it('are "other" beyond those that are told apart, and no time is lost', () => {
    const calls = new Calls();
    const word = (i: number): string => [...String(i)].map((digit) => 'abcdefghij'[Number(digit)]).join('');
    for (let i = 0; i < 2 * statementsMax; i++) ask(calls, `SELECT ${word(i)} FROM t`, 0.5);
    const told = tick(calls);
    expect(Object.keys(told)).toHaveLength(statementsMax);
    expect(told.other).toBeCloseTo(0.5 * (statementsMax + 1));
    expect(Object.values(told).reduce((a, b) => a + b)).toBeCloseTo(0.5 * 2 * statementsMax);
  });
});
