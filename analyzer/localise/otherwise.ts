// What would change its mind: who would be named instead, and what would have to be seen for it. A diagnosis that nothing could refute is none.
import type { Bilingual } from '@fenghuo/rules/contract';
import type { RankedSuspect, Ranking } from '../types.ts';
import { humanise } from './humanise.ts';
import { endsOf } from './link.ts';

/** What a suspect would weigh if the first one explained nothing of it. */
const alone = ({ score, because }: RankedSuspect, first: string): number =>
  because.reduce(
    (sum, { code, about, weight }) => (code === 'explained_by' && about === first ? sum - weight : sum),
    score,
  );

/** Who would be first were it not for the first. */
const rivalOf = ({ suspects }: Ranking): RankedSuspect | undefined => {
  const [first, ...rest] = suspects;
  const ends = endsOf(first?.entity ?? '');
  return rest
    .filter(({ entity }) => entity !== first?.entity && !ends.includes(entity))
    .reduce<RankedSuspect | undefined>(
      (most, one) => (most === undefined || alone(one, first!.entity) > alone(most, first!.entity) ? one : most),
      undefined,
    );
};

/** What has to be seen of a suspect for it to be none. */
const cleared = ({ entity, metric, seen, expected, unit }: RankedSuspect): Bilingual => {
  const usual = humanise(expected, unit);
  return Number.isNaN(seen)
    ? { en: `${entity} were heard again`, zh: `${entity} 恢复上报` }
    : { en: `${metric} of ${entity} were back at ${usual}`, zh: `${entity} 的 ${metric} 回到 ${usual}` };
};

/** What must stay as it is seen of the other. */
const held = ({ entity, metric, seen, unit }: RankedSuspect): Bilingual => {
  const now = humanise(seen, unit);
  return Number.isNaN(seen)
    ? { en: `nothing were heard of ${entity} still`, zh: `${entity} 仍无遥测` }
    : { en: `${metric} of ${entity} were still ${now}`, zh: `${entity} 的 ${metric} 仍为 ${now}` };
};

/** What would have to be seen for another cause to be named, of a ranking that is not empty. */
export const otherwiseOf = (ranking: Ranking): Bilingual => {
  const first = ranking.suspects[0]!;
  const [caller, callee] = endsOf(first.entity);
  if (callee !== undefined)
    return {
      en: `It would be ${callee} if ${callee} told of the same trouble itself; so far only ${caller} does.`,
      zh: `若 ${callee} 自身也报告同样的异常，则根因为 ${callee}；目前只有 ${caller} 观测到。`,
    };
  const rival = rivalOf(ranking);
  const [gone, stays] = [cleared(first), rival === undefined ? undefined : held(rival)];
  return rival === undefined || stays === undefined
    ? {
        en: `It would be nobody if ${gone.en}: nothing else stands out.`,
        zh: `若 ${gone.zh}，则无可归因：没有其他异常。`,
      }
    : {
        en: `It would be ${rival.entity} if ${gone.en} and ${stays.en}.`,
        zh: `若 ${gone.zh}，而 ${stays.zh}，则根因为 ${rival.entity}。`,
      };
};
