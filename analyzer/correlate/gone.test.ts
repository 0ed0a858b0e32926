// Calls to a crashed service fail, and nothing is heard of it: both together are believed a second sooner than the failures alone.
import { expect, it } from 'vitest';
import { Graph } from '../graph.ts';
import { randomNames, rulesFor } from '../testing/platform.ts';
import { probeOf } from '../testing/probe.ts';
import { Watch } from '../watch.ts';
import { goneNats } from './gone.ts';

/** What is said of `desk` at second 12, when its processes were last heard at these seconds and everybody else tells. */
const said = (...heard: readonly number[]): number => {
  const rules = rulesFor(randomNames(1));
  const watch = new Watch(new Graph(rules.topology), rules.detectors);
  const desks = heard.map((_, k) => probeOf('desk', [{}], String(k + 1)));
  const probes = [...desks, probeOf('till', [{}])];
  for (const { schema } of probes) watch.learn(schema, 0);
  for (let at = 1; at <= 12; at++)
    for (const [k, { frame }] of probes.entries()) if (at <= (heard[k] ?? 12)) watch.push(frame(at, 0.1), at * 1_000);
  return goneNats(watch, 'desk', 12_000);
};

it('says nothing of whoever tells, was late by a tick, or never told anything', () => {
  expect([said(12), said(11), said()]).toEqual([0, 0, 0]);
});

it('says more with each tick that was missed, up to what one tick may say', () => {
  expect(said(10)).toBeGreaterThan(9);
  expect(said(9)).toBeGreaterThan(said(10));
  expect(said(1)).toBe(said(2));
});

it('says nothing while another process of the service tells', () => {
  expect(said(5, 12)).toBe(0);
});
