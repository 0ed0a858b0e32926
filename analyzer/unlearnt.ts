// What is seen around a trouble is no past of anybody's: nothing of whom an incident touches is learned until it is over, or else the next trouble, of
// which the same figures tell, would pass for usual.
import { limits } from '@fenghuo/rules/contract';
import type { CaseFile } from './case-file.ts';
import { bankDefaults } from './detect/options.ts';
import type { Engine } from './engine.ts';
import { endsOf } from './localise/link.ts';
import type { SeriesMeta } from './types.ts';

/** What has lasted so long is how it is now: twice as long as the band looks back. */
const lastsMs = 2 * bankDefaults.memorySamples * limits.tickMs;

/** How calls fare; how many there are, and what a process needs for them, is another matter. */
const isHowCallsFare = ({ class: of, unit }: SeriesMeta): boolean =>
  of === 'latency' || of === 'errors' || (of === 'saturation' && unit === '{request}');

/** An entity belongs to the incident from now on. */
export const touch = (engine: Engine, file: CaseFile, entity: string): void => {
  if (file.affected.has(entity)) return;
  file.affected.add(entity);
  if (engine.now.atMs - file.openedMs >= lastsMs) return;
  const { places, bank } = engine.watch;
  for (const end of endsOf(entity))
    for (const list of [places.of(end), places.by(end)])
      for (const { index, meta } of list) {
        if (!isHowCallsFare(meta)) continue;
        file.unlearnt.add(index);
        bank.rest(index, file.onsetMs);
      }
};

/** What an incident touched is learned again, but for what another one still touches. */
export const learnAgain = (engine: Engine, file: CaseFile): void => {
  const indices = [...file.unlearnt];
  file.unlearnt.clear();
  const others = [...engine.files.values()];
  for (const index of indices) if (!others.some(({ unlearnt }) => unlearnt.has(index))) engine.watch.bank.wake(index);
};

/** The incident goes on; once it has lasted, what it touches is learned as it is. */
export const learnWhatLasts = (engine: Engine, file: CaseFile): void => {
  if (file.unlearnt.size > 0 && engine.now.atMs - file.openedMs >= lastsMs) learnAgain(engine, file);
};
