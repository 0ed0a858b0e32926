// Every kind of trouble at every kind of entity is answered by the rules of the house, and the most particular answer wins.
import { entityKinds, faultKinds, type RecommendationRule, rule } from '@fenghuo/rules/contract';
import { loadRules } from '@fenghuo/rules/load';
import { describe, expect, it } from 'vitest';
import { recommendationFor } from './recommend.ts';

const { recommendations } = loadRules([new URL('../../rules', import.meta.url).pathname]);
const calm = { labels: {}, deploy: undefined };
const at = (entityKind: (typeof entityKinds)[number], kind: (typeof faultKinds)[number]) => ({
  entity: 'x',
  entityKind,
  kind,
});

describe('recommendations', () => {
  it.each(faultKinds)('are there for %s at every kind of entity, in both languages, filled in', (kind) => {
    for (const entityKind of entityKinds)
      for (const deploy of [undefined, 'release 7']) {
        const found = recommendationFor(recommendations, at(entityKind, kind), { labels: {}, deploy });
        for (const text of [found?.do.en, found?.do.zh, found?.why.en, found?.why.zh]) {
          expect(text, `${kind} at ${entityKind}`).toBeTruthy();
          expect(text).not.toContain('{{');
        }
      }
  });

  it('say other things about other entities', () => {
    const named = (entityKind: (typeof entityKinds)[number], kind: (typeof faultKinds)[number]) =>
      recommendationFor(recommendations, at(entityKind, kind), calm)?.rule;
    expect(named('third_party', 'latency')).toBe('call-the-third-party');
    expect(named('database', 'hang')).toBe('end-the-blocking-session');
    expect(named('edge', 'network')).toBe('mend-the-link');
    expect(named('service', 'memory')).toBe('keep-a-heap-snapshot');
    expect(named('host', 'disk')).toBe('make-room');
  });

  it('name the release where there was one', () => {
    const found = recommendationFor(recommendations, at('service', 'errors'), { labels: {}, deploy: 'menu 2.4.1' });
    expect(found).toMatchObject({
      rule: 'take-the-release-back',
      do: { en: 'Take the release of x back: menu 2.4.1' },
    });
  });

  it('of equally particular rules the last counts, so that people overrule the house', () => {
    const own = rule.parse({
      kind: 'recommendation',
      name: 'ours',
      when: { kinds: ['memory'] },
      do: { en: 'a', zh: 'b' },
      why: { en: 'c', zh: 'd' },
    }) as RecommendationRule;
    expect(recommendationFor([...recommendations, own], at('service', 'memory'), calm)?.rule).toBe('ours');
    expect(recommendationFor([...recommendations, own], at('host', 'memory'), calm)?.rule).toBe('relieve-the-host');
  });
});
