// Findings in words: what is seen, what was expected, when it becomes trouble, in both languages.
import { type Bilingual, type Check, limits } from '@fenghuo/rules/contract';
import type { Drift } from '../detect/drift.ts';
import type { Stall } from '../detect/stall.ts';
import { humanise } from '../localise/humanise.ts';
import { subjectOf } from '../subject.ts';
import type { SeriesMeta } from '../types.ts';

const spans = [
  [86_400_000, 'days', '天'],
  [3_600_000, 'h', '小时'],
  [60_000, 'min', '分钟'],
] as const;

/** A time ahead, roughly: nobody believes the seconds of a forecast. */
const ahead = (ms: number): Bilingual => {
  const [of, en, zh] = spans.find(([unit]) => ms >= 2 * unit) ?? spans[2];
  const count = Math.max(1, Math.round(ms / of));
  return { en: `${count} ${en}`, zh: `${count} ${zh}` };
};

/** A series has at most one finding of a kind. */
export const checkId = (meta: SeriesMeta, kind: Check['kind']): string => `${meta.id}:${kind}`;

/** @param nowMs epoch ms */
export const driftCheck = (meta: SeriesMeta, drift: Drift, nowMs: number): Check => {
  const { seen, from, spread, fromMs, bound, boundMs, probability } = drift;
  const [now, limit, before] = [seen, bound, from].map((value) => humanise(value, meta.unit));
  const left = ahead(boundMs - nowMs);
  const watched = ahead(nowMs - fromMs);
  return {
    id: checkId(meta, 'drift'),
    kind: 'drift',
    anomaly: {
      ...subjectOf(meta),
      shape: 'drift',
      onsetMs: fromMs,
      detectedMs: nowMs,
      seen,
      expected: from,
      low: from - spread,
      high: from + spread,
      z: (seen - from) / Math.max(spread, 1e-9 * Math.abs(bound), Number.MIN_VALUE),
      probability,
    },
    bound,
    boundMs: Math.round(boundMs),
    text: {
      en: `${meta.entity}: ${meta.metric} went from ${before} to ${now} in ${watched.en}; at this pace it reaches ${limit} in ${left.en}`,
      zh: `${meta.entity}：${meta.metric} 在 ${watched.zh}内由 ${before} 变为 ${now}；按此速度约 ${left.zh}后达到 ${limit}`,
    },
  };
};

/** @param tickMs time of the tick in which it was decided, epoch ms */
export const stallCheck = (meta: SeriesMeta, stall: Stall, tickMs: number): Check => {
  const { rest, expected, probability } = stall;
  return {
    id: checkId(meta, 'stall'),
    kind: 'stall',
    anomaly: {
      ...subjectOf(meta),
      shape: 'stall',
      onsetMs: tickMs - (rest - 1) * limits.tickMs,
      detectedMs: tickMs,
      seen: 0,
      expected,
      low: 0,
      high: expected,
      z: -rest,
      probability,
    },
    text: {
      en: `${meta.entity}: ${meta.metric} has not moved for ${rest} s, though the service still has its traffic; usually ${humanise(expected, meta.unit === '1' ? '' : meta.unit)} a second`,
      zh: `${meta.entity}：${meta.metric} 已 ${rest} 秒未增长，而服务流量仍在；通常每秒 ${humanise(expected, meta.unit === '1' ? '' : meta.unit)}`,
    },
  };
};
