// The report on what it cost, what was done, and how quickly: impact, actions, clocks.
import type { ActionView, Bilingual, BusinessStep, Incident, Payments, TroubledPayment } from '@fenghuo/rules/contract';
import { span, value } from '../shared/figures.ts';
import { ids, iso, type Line } from './line.ts';

export const impactLines = ({ impact, proof }: Incident): Line[] =>
  impact.length === 0
    ? [{ text: { en: 'No loss was measured.', zh: '未测得损失。' }, proof: [] }]
    : impact.map(({ audience, kpi, unit, lost, lostLow, lostHigh }) => {
        const [about, low, high] = [Math.round(lost), Math.round(lostLow), Math.round(lostHigh)];
        return {
          text: {
            en: `${audience} lost ${value(about, unit)} (${kpi}; 95 % interval ${low} – ${high}) against the expected curve.`,
            zh: `${audience}：${kpi} 相对预期损失 ${value(about, unit)}（95% 区间 ${low} – ${high}）。`,
          },
          proof: ids(proof.impact),
        };
      });

/** Payments that went wrong, each with what proves it; the report lists the first of each sort. */
export const paymentLines = ({ payments, proof }: Incident): Line[] => {
  if (payments === undefined) return [];
  const lines = (of: Payments['twice'], en: string, zh: string): Line[] => {
    if (of.count === 0) return [];
    const sum = (of.amount / 100).toFixed(2);
    return [
      {
        text: { en: `${of.count} ${en}: ${sum} in all.`, zh: `${of.count} 笔${zh}，合计 ${sum}。` },
        proof: ids(proof.payments),
      },
      ...of.listed.slice(0, REPORTED_MAX).map((one) => ({ text: paymentText(one), proof: ids(proof.payments) })),
    ];
  };
  return [
    ...lines(payments.unconfirmed, 'payments were charged and never confirmed', '已扣款但未确认'),
    ...lines(payments.twice, 'payments were charged more than once', '重复扣款'),
  ];
};
/** Payments that a report names of each sort; the incident's document has more. */
const REPORTED_MAX = 20;
const stepText: Readonly<Record<BusinessStep, Bilingual>> = {
  requested: { en: 'requested', zh: '发起' },
  confirmed: { en: 'confirmed', zh: '确认' },
  failed: { en: 'told as failed', zh: '告知失败' },
  charged: { en: 'charged', zh: '扣款' },
  refunded: { en: 'refunded', zh: '退款' },
};
const paymentText = ({ subject, amount, charges, evidence }: TroubledPayment): Bilingual => {
  const steps = (lang: 'en' | 'zh'): string =>
    evidence
      .map(
        ({ step, ref, atMs, party }) =>
          `${stepText[step][lang]} ${ref}${party === undefined ? '' : ` (${party})`} ${iso(atMs)}`,
      )
      .join(lang === 'en' ? ', ' : '，');
  const sum = (amount / 100).toFixed(2);
  return {
    en: `${subject}: ${sum}, charged ${charges === 1 ? 'once' : `${charges} times`}: ${steps('en')}.`,
    zh: `${subject}：金额 ${sum}，扣款 ${charges} 次：${steps('zh')}。`,
  };
};

/** What people were told to do where no playbook could act, and why none could. */
export const recommendationLines = ({ recommendation, proof }: Incident): Line[] =>
  recommendation === undefined
    ? []
    : [
        {
          text: {
            en: `Recommended: ${recommendation.do.en}. Not done by itself: ${recommendation.why.en}`,
            zh: `建议：${recommendation.do.zh}。未自动执行的原因：${recommendation.why.zh}`,
          },
          proof: ids(proof.recommendation),
        },
      ];

export const actionLines = (incident: Incident): Line[] =>
  incident.actions.length === 0
    ? [{ text: { en: 'Nothing was changed.', zh: '未做任何变更。' }, proof: [] }]
    : incident.actions.map((action) => ({
        text: {
          en: `${action.playbook}: ${action.target} ${action.flag} → ${action.value} is ${action.state}${held(action, 'en')}: ${action.why.en}.`,
          zh: `${action.playbook}：${action.target} ${action.flag} → ${action.value}，状态 ${action.state}${held(action, 'zh')}：${action.why.zh}。`,
        },
        proof: incident.proof.actions[action.id] ?? [],
      }));

const held = ({ plannedMs, appliedMs, verifiedMs, undoneMs }: ActionView, lang: 'en' | 'zh'): string => {
  if (appliedMs === undefined) return '';
  const says = (en: string, zh: string, fromMs: number, toMs: number | undefined): string =>
    toMs === undefined
      ? ''
      : lang === 'en'
        ? `, ${en} ${span(toMs - fromMs, lang)}`
        : `，${zh} ${span(toMs - fromMs, lang)}`;
  return [
    says('took hold within', '生效用时', plannedMs, appliedMs),
    says('verified after', '验证用时', appliedMs, verifiedMs),
    says('held for', '持续', appliedMs, undoneMs),
  ].join('');
};

export const clockLines = ({ clocks, closedMs, proof }: Incident): Line[] => {
  const line = (
    name: readonly [string, string],
    dueMs: number,
    atMs: number | undefined,
    by: string | undefined,
    proves: string | undefined,
  ): Line => {
    const limit = dueMs - clocks.onsetMs;
    const isLate = (atMs ?? closedMs ?? 0) > dueMs;
    const [en, zh] = name;
    const verdict = (lang: 'en' | 'zh'): string => {
      if (atMs === undefined && closedMs === undefined) return lang === 'en' ? 'not yet' : '尚未';
      if (atMs === undefined) return lang === 'en' ? 'never' : '从未';
      const took = span(atMs - clocks.onsetMs, lang);
      const who = by === undefined ? '' : lang === 'en' ? ` by ${by}` : `（${by}）`;
      return lang === 'en' ? `${took} after the onset${who}` : `发生后 ${took}${who}`;
    };
    return {
      text: {
        en: `${en}: ${verdict('en')}; due within ${span(limit, 'en')}: ${isLate ? 'missed' : atMs === undefined ? 'open' : 'kept'}.`,
        zh: `${zh}：${verdict('zh')}；时限 ${span(limit, 'zh')}：${isLate ? '超时' : atMs === undefined ? '未完成' : '达成'}。`,
      },
      proof: ids(proves ?? (atMs === undefined ? proof.closed : undefined)),
    };
  };
  return [
    line(['alerted', '告警'], clocks.alertDueMs, clocks.alertedMs, clocks.alertedBy, proof.alerted),
    line(['responded', '响应'], clocks.respondDueMs, clocks.respondedMs, clocks.respondedBy, proof.responded),
    line(['repaired', '恢复'], clocks.repairDueMs, clocks.repairedMs, undefined, proof.repaired),
  ];
};
