// Whatever a matcher holds, it reads back as it was written; what is no matcher is told apart.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readMatcher, writeMatcher } from './matchers.ts';

it('reads back what it wrote, whatever the value holds', () =>
  fc.assert(
    fc.property(fc.string({ maxLength: 60 }), fc.boolean(), (value, isEqual) => {
      const one = { name: 'service', value, isRegex: false, isEqual };
      expect(readMatcher(writeMatcher(one))).toEqual(one);
    }),
  ));
it.each([
  ['severity=~"critical|error"', { name: 'severity', value: 'critical|error', isRegex: true, isEqual: true }],
  ['service!=bank-a', { name: 'service', value: 'bank-a', isRegex: false, isEqual: false }],
  ['a="b", c="d"', undefined],
  ['service=~"("', undefined],
  ['service', undefined],
])('reads %s', (text, one) => expect(readMatcher(text)).toEqual(one));
