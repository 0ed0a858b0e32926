// The report on what happened and why: summary, cause with its figures, the path, and why each loud suspect is not the cause.
import type { Anomaly, Incident } from '@fenghuo/rules/contract';
import { range, span, times, value } from '../shared/figures.ts';
import { ids, iso, type Line } from './line.ts';

const since = (incident: Incident, ms: number, lang: 'en' | 'zh'): string =>
  span(Math.max(0, ms - incident.onsetMs), lang);

export const summaryLines = (incident: Incident): Line[] => {
  const { proof, onsetMs, closedMs, cause, causeMs, openedMs, affected } = incident;
  const until = closedMs === undefined ? undefined : closedMs - onsetMs;
  const lines: Line[] = [
    {
      text: {
        en: `It began at ${iso(onsetMs)} and ${until === undefined ? `is ${incident.state}` : `was closed after ${span(until, 'en')}`}. Severity: ${incident.severity}.`,
        zh: `故障始于 ${iso(onsetMs)}，${until === undefined ? `当前状态：${incident.state}` : `历时 ${span(until, 'zh')} 后关闭`}。级别：${incident.severity}。`,
      },
      proof: ids(proof.opened, proof.closed),
    },
  ];
  if (cause !== null)
    lines.push({
      text: {
        en: `${cause.entity} was the cause (${cause.kind}, confidence ${cause.confidence.toFixed(2)})${affected.length > 0 ? `; ${affected.join(', ')} suffered from it` : ''}.`,
        zh: `根因是 ${cause.entity}（${cause.kind}，置信度 ${cause.confidence.toFixed(2)}）${affected.length > 0 ? `；受影响：${affected.join('、')}` : ''}。`,
      },
      proof: ids(proof.cause),
    });
  lines.push({
    text: {
      en: `Noticed ${since(incident, openedMs, 'en')} after the onset${causeMs === undefined ? '' : `, cause named after ${since(incident, causeMs, 'en')}`}.`,
      zh: `发生后 ${since(incident, openedMs, 'zh')} 发现${causeMs === undefined ? '' : `，${since(incident, causeMs, 'zh')} 定位根因`}。`,
    },
    proof: ids(proof.opened, proof.cause),
  });
  return lines;
};

const figure = (one: Anomaly): Line['text'] => {
  const where = one.caller === undefined ? one.entity : `${one.caller} → ${one.entity}`;
  const what = `${where}: ${one.metric}${one.stat === undefined ? '' : ` ${one.stat}`}`;
  const [seen, expected, band] = [
    value(one.seen, one.unit),
    value(one.expected, one.unit),
    range(one.low, one.high, one.unit),
  ];
  const more = times(one.seen, one.expected);
  return {
    en: `${what} ${seen}${more === '' ? '' : ` (${more})`}, expected ${expected}, band ${band}; since ${iso(one.onsetMs)}.`,
    zh: `${what} ${seen}${more === '' ? '' : `（${more}）`}，预期 ${expected}，范围 ${band}；始于 ${iso(one.onsetMs)}。`,
  };
};

export const causeLines = ({ cause, ranking, proof }: Incident): Line[] =>
  cause === null
    ? [{ text: { en: 'No cause was named.', zh: '未定位根因。' }, proof: [] }]
    : [
        { text: cause.reason, proof: ids(proof.cause) },
        ...(ranking[0]?.evidence ?? []).map((one) => ({ text: figure(one), proof: ids(proof.cause) })),
        ...(cause.otherwise === undefined ? [] : [{ text: cause.otherwise, proof: ids(proof.cause) }]),
      ];

export const pathLines = (incident: Incident): Line[] =>
  incident.path.map((step) => ({
    text: {
      en: `${step.from} → ${step.to}, ${since(incident, step.onsetMs, 'en')} after the onset: ${step.why.en}.`,
      zh: `${step.from} → ${step.to}，发生后 ${since(incident, step.onsetMs, 'zh')}：${step.why.zh}。`,
    },
    proof: ids(incident.proof.cause),
  }));

export const otherLines = ({ cause, ranking, proof }: Incident): Line[] =>
  ranking
    .filter((one) => one.entity !== cause?.entity)
    .map((one) => ({
      text: { en: `${one.entity}: ${one.why.en}`, zh: `${one.entity}：${one.why.zh}` },
      proof: ids(proof.cause),
    }));
