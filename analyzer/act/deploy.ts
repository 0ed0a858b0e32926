// Whether something was released at an entity shortly before its trouble began.
import type { ChangeEvent } from '@fenghuo/rules/contract';
import { endsOf } from '../localise/link.ts';

/** A release that has been calm for so long is not what broke. */
const suspectMs = 1_800_000;

/** The last deploy at the entity (of a link: at either end) within half an hour before `onsetMs`. */
export const deployOf = (changes: readonly ChangeEvent[], entity: string, onsetMs: number): ChangeEvent | undefined =>
  changes.findLast(
    ({ kind, service, timeMs = Number.NaN }) =>
      kind === 'deploy' &&
      service !== undefined &&
      endsOf(entity).includes(service) &&
      timeMs <= onsetMs + 1_000 &&
      timeMs >= onsetMs - suspectMs,
  );
