// One page as a few lines for a chat room: what, who caused it, what is done about it, where to look. Pure.
import type { Incident } from '@fenghuo/rules/contract';
import type { Lang } from '../../shared/figures.ts';
import type { About } from './post.ts';

const REASON_CHARS_MAX = 1_000;
const AFFECTED_MAX = 8;

export type Words = {
  readonly title: string;
  /** Label and text of each line; no line is empty. */
  readonly lines: readonly (readonly [label: string, text: string])[];
  readonly look: string;
};

const heads: Readonly<Record<About, Readonly<Record<Lang, string>>>> = {
  open: { en: 'Incident', zh: '故障' },
  cause: { en: 'Another cause', zh: '根因更新' },
  escalate: { en: 'Nobody is at it in time', zh: '超时升级' },
  resolve: { en: 'Resolved', zh: '已恢复' },
};
const labels = {
  what: { en: 'What', zh: '现象' },
  cause: { en: 'Cause', zh: '根因' },
  affected: { en: 'Affected', zh: '受影响' },
  done: { en: 'Done', zh: '处置' },
} as const;

/** What a room is told of an incident. */
export const words = (incident: Incident, about: About, lang: Lang): Words => {
  const { cause, affected, actions } = incident;
  const more = affected.length > AFFECTED_MAX ? ` +${affected.length - AFFECTED_MAX}` : '';
  const lines: readonly (readonly [keyof typeof labels, string])[] = [
    ['what', incident.title[lang]],
    ['cause', cause === null ? '' : cause.reason[lang].slice(0, REASON_CHARS_MAX)],
    ['affected', `${affected.slice(0, AFFECTED_MAX).join(', ')}${more}`],
    ['done', actions.map((action) => `${action.flag} → ${action.value} (${action.state})`).join('; ')],
  ];
  const who = cause === null ? incident.title[lang] : cause.entity;
  return {
    title: `[${incident.severity}] ${heads[about][lang]}: ${who}`,
    lines: lines.flatMap(([label, text]) => (text === '' ? [] : [[labels[label][lang], text] as const])),
    look: lang === 'zh' ? '在控制台查看' : 'Open in the console',
  };
};
