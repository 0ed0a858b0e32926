// What the engine says would change its mind does change it, once it is so.
import { expect, it } from 'vitest';
import { evidence, series } from '../testing/evidence.ts';
import { otherwiseOf } from './otherwise.ts';
import { ranked } from './ranked.ts';

const calls = [
  ['shop', 'till'],
  ['till', 'bank'],
] as const;
const late = (caller: string, entity: string, is: number) =>
  series({ entity, caller, metric: 'client.duration' }, 0.05, [is, is, is]);
const seen = (bank: number, till: number) =>
  ranked(evidence([late('till', 'bank', bank), late('shop', 'till', till)], calls));

it('names who would be first if the first were well, though it is explained now', () => {
  const now = seen(0.8, 0.85);
  expect(now.suspects[0]?.entity).toBe('bank');
  expect(otherwiseOf(now)).toEqual({
    en: 'It would be till if client.duration of bank were back at 50 ms and client.duration of till were still 850 ms.',
    zh: '若 bank 的 client.duration 回到 50 ms，而 till 的 client.duration 仍为 850 ms，则根因为 till。',
  });
  expect(seen(0.05, 0.85).suspects[0]?.entity).toBe('till');
});

it('would name nobody where nothing else stands out', () =>
  expect(otherwiseOf(seen(0.8, 0.05)).en).toBe(
    'It would be nobody if client.duration of bank were back at 50 ms: nothing else stands out.',
  ));

it('would name the callee of a link if it felt the same itself', () => {
  const ranking = seen(0.8, 0.85);
  const [first, ...rest] = ranking.suspects;
  const link = { ...ranking, suspects: [{ ...first!, entity: 'till → bank', entityKind: 'edge' as const }, ...rest] };
  expect(otherwiseOf(link).en).toBe('It would be bank if bank told of the same trouble itself; so far only till does.');
});
