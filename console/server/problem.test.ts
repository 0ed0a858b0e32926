// Only the console's own names are answered for; a rebound name is not, whatever its port.
import { expect, it } from 'vitest';
import { isKnownHost } from './problem.ts';

it.each([
  ['127.0.0.1:8530', true],
  ['localhost:8530', true],
  ['[::1]:8530', true],
  ['evil.example:8530', false],
  ['127.0.0.1.evil.example', false],
  [undefined, false],
])('Host %s: %s', (header, isKnown) => {
  expect(isKnownHost('127.0.0.1', header)).toBe(isKnown);
});
