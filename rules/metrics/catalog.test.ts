// The catalogue is one list, the page is written from it, and what the engine makes of a name agrees with it.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { classify } from './classify.ts';
import { metricsDocument } from './document.ts';
import { catalogFile, readCatalog } from './entries.ts';

const root = new URL('../../', import.meta.url).pathname;
const entries = readCatalog([catalogFile, `${root}examples/takeaway/catalog.yaml`]);

it('is the source of docs/metrics.md; npm run docs:metrics writes it', () =>
  expect(readFileSync(`${root}docs/metrics.md`, 'utf8')).toBe(metricsDocument(entries)));

it('agrees with the class that a name and unit are given', () => {
  const wrong = entries.flatMap(({ name, unit, class: expected, bad, source }) => {
    const found = classify(name, unit);
    // A host's counters and what a probe tells of itself are evidence only; what an app counts of itself is business unless its words say trouble.
    const isEvidence = (source === 'host' && found.class !== 'saturation') || name.startsWith('fenghuo.probe.');
    const narrowed = isEvidence
      ? 'resource'
      : source === 'app' && !['latency', 'errors', 'saturation'].includes(found.class)
        ? 'business'
        : found.class;
    const opposite = (bad === 'up' && found.bad === 'down') || (bad === 'down' && found.bad === 'up');
    return narrowed === expected && !(opposite && source === 'node')
      ? []
      : [`${name}: ${expected} ${bad}, by its words ${narrowed} ${found.bad}`];
  });
  expect(wrong).toEqual([]);
});

it('says that a row is wrong, and where', () => {
  const file = `${root}rules/metrics/catalog.yaml`;
  expect(() => readCatalog([file, file])).toThrow(/row 1: .* stands twice/);
  expect(() => readCatalog([`${root}rules/detectors/default.yaml`])).toThrow();
});
