// The ranking in sentences, English and Chinese from one structure, with the numbers that decided.
import type { Bilingual, Cause, FaultKind, PathStep, Suspect } from '@fenghuo/rules/contract';
import type { Evidence, RankedSuspect, Ranking } from '../types.ts';
import { confidenceOf } from './confidence.ts';
import { humanise } from './humanise.ts';
import { otherwiseOf } from './otherwise.ts';

export type Explanation = {
  readonly cause: Cause;
  readonly ranking: readonly Suspect[];
  readonly path: readonly PathStep[];
  readonly affected: readonly string[];
  readonly inhibited: readonly { readonly entity: string; readonly metric: string; readonly why: Bilingual }[];
};

const kindText: Readonly<Record<FaultKind, Bilingual>> = {
  latency: { en: 'answers late', zh: '响应变慢' },
  errors: { en: 'answers with errors', zh: '返回错误' },
  hang: { en: 'leaves calls unanswered', zh: '部分调用无响应' },
  unreachable: { en: 'cannot be reached', zh: '无法连接' },
  silence: { en: 'fell silent', zh: '失去遥测' },
  cpu: { en: 'has run out of processor', zh: 'CPU 耗尽' },
  memory: { en: 'is short of memory', zh: '内存紧张' },
  eventloop: { en: 'blocks its event loop', zh: '事件循环被阻塞' },
  saturation: { en: 'is saturated', zh: '资源饱和' },
  disk: { en: 'has trouble with its disk', zh: '磁盘异常' },
  network: { en: 'suffers from the network', zh: '网络异常' },
  traffic: { en: 'sees other demand than usual', zh: '流量异常' },
  unknown: { en: 'behaves unusually', zh: '行为异常' },
};

/** Sentences for a ranking that is not empty; throws RangeError for an empty one (there is nothing to explain). */
export const explain = (ranking: Ranking, evidence: Evidence): Explanation => {
  const first = ranking.suspects[0];
  if (first === undefined) throw new RangeError('an empty ranking has no explanation');
  const callers = [...new Set(evidence.edges.filter((e) => e.callee === first.entity).map((e) => e.caller))];
  const affected = [...new Set(ranking.path.map((step) => step.to))];
  const reason = reasonOf(first, callers, affected, evidence);
  return {
    cause: {
      entity: first.entity,
      entityKind: first.entityKind,
      metric: first.metric,
      kind: first.kind,
      reason,
      confidence: confidenceOf(ranking.margin),
      otherwise: otherwiseOf(ranking),
    },
    ranking: ranking.suspects.slice(0, 10).map((suspect, place) => ({
      entity: suspect.entity,
      entityKind: suspect.entityKind,
      metric: suspect.metric,
      score: suspect.score,
      why: place === 0 ? reason : whyNot(suspect, first, evidence),
      evidence: suspect.series.flatMap((s) => (s.anomaly === undefined ? [] : [s.anomaly])).slice(0, 8),
    })),
    path: ranking.path.map((step) => ({
      ...step,
      why: { en: `${step.to} waits for ${step.from}`, zh: `${step.to} 依赖 ${step.from}` },
    })),
    affected,
    inhibited: ranking.suspects
      .slice(1)
      .filter((s) => s.entity !== first.entity && s.because.some((b) => b.code === 'explained_by'))
      .slice(0, 10)
      .map((s) => ({ entity: s.entity, metric: s.metric, why: whyNot(s, first, evidence) })),
  };
};

/** Whether the figure is one process' own, and its service has others that tell the same. */
const isOneOfMany = ({ entity, metric, series: [shown] }: RankedSuspect, { series }: Evidence): boolean =>
  shown?.meta.instance !== undefined &&
  shown.meta.caller === undefined &&
  series.some(
    ({ meta }) =>
      meta.entity === entity &&
      meta.metric === metric &&
      meta.caller === undefined &&
      meta.instance !== shown.meta.instance,
  );

const figures = (suspect: RankedSuspect, evidence: Evidence): Bilingual => {
  if (Number.isNaN(suspect.seen)) return { en: 'no telemetry any more', zh: '不再有遥测数据' };
  const seen = humanise(suspect.seen, suspect.unit);
  const expected = humanise(suspect.expected, suspect.unit);
  // A figure of an edge may accuse its caller; then it says whose figure it is.
  const of = suspect.series[0]?.meta.entity ?? suspect.entity;
  const whose = of === suspect.entity ? { en: '', zh: '' } : { en: ` towards ${of}`, zh: `（对 ${of}）` };
  // A process that is held against its peers is told by name.
  const instance = isOneOfMany(suspect, evidence) ? suspect.series[0]?.meta.instance : undefined;
  if (instance !== undefined)
    return {
      en: `${suspect.metric} on ${instance} is ${seen} where ${expected} is expected`,
      zh: `${instance} 的 ${suspect.metric} 为 ${seen}，预期 ${expected}`,
    };
  return {
    en: `${suspect.metric}${whose.en} is ${seen} where ${expected} is expected`,
    zh: `${suspect.metric}${whose.zh} 为 ${seen}，预期 ${expected}`,
  };
};

/** What a released service asks only since then, in its own words. */
const asksOf = ({ because, series }: RankedSuspect): Bilingual => {
  const meta = series.find((one) => one.meta.operation !== undefined)?.meta;
  if (meta === undefined || !because.some(({ code }) => code === 'released')) return { en: '', zh: '' };
  return {
    en: `since its release it asks ${meta.entity} for ${meta.operation}; `,
    zh: `发布后新增对 ${meta.entity} 的请求 ${meta.operation}；`,
  };
};

const reasonOf = (
  suspect: RankedSuspect,
  callers: readonly string[],
  affected: readonly string[],
  evidence: Evidence,
): Bilingual => {
  const kind = kindText[suspect.kind];
  const numbers = figures(suspect, evidence);
  const from = suspect.caller === suspect.entity ? undefined : (suspect.caller ?? callers[0]);
  const seenBy = from === undefined ? { en: '', zh: '' } : { en: `, as seen by ${from}`, zh: `（由 ${from} 观测）` };
  const others =
    affected.length === 0
      ? { en: 'nobody else suffers yet', zh: '其他暂未受影响' }
      : {
          en: `${affected.length} others suffer from it: ${affected.slice(0, 4).join(', ')}`,
          zh: `${affected.length} 个受其影响：${affected.slice(0, 4).join('、')}`,
        };
  const asks = asksOf(suspect);
  return {
    en: `${suspect.entity} ${kind.en}: ${numbers.en}${seenBy.en}; ${asks.en}${others.en}.`,
    zh: `${suspect.entity} ${kind.zh}：${numbers.zh}${seenBy.zh}；${asks.zh}${others.zh}。`,
  };
};

const whyNot = (suspect: RankedSuspect, first: RankedSuspect, evidence: Evidence): Bilingual => {
  const numbers = figures(suspect, evidence);
  const explained = suspect.because.find((b) => b.code === 'explained_by');
  if (suspect.entity === first.entity)
    return { en: `the same entity: ${numbers.en}.`, zh: `同一实体：${numbers.zh}。` };
  if (explained?.about !== undefined)
    return {
      en: `${numbers.en}, but it waits for ${explained.about}, which explains it.`,
      zh: `${numbers.zh}，但它依赖 ${explained.about}，已由其解释。`,
    };
  if (suspect.onsetMs > first.onsetMs) {
    const later = humanise((suspect.onsetMs - first.onsetMs) / 1_000, 's');
    return {
      en: `${numbers.en}, but it began ${later} after ${first.entity}.`,
      zh: `${numbers.zh}，但比 ${first.entity} 晚 ${later}。`,
    };
  }
  return {
    en: `${numbers.en}; weaker than ${first.entity} (score ${suspect.score.toFixed(2)} against ${first.score.toFixed(2)}).`,
    zh: `${numbers.zh}；弱于 ${first.entity}（${suspect.score.toFixed(2)} 对 ${first.score.toFixed(2)}）。`,
  };
};
