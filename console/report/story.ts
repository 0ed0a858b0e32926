// The post-incident report as data: sections of sentences in both languages, each with the decisions that prove it. Pure.
import type { Bilingual, Incident } from '@fenghuo/rules/contract';
import { actionLines, clockLines, impactLines, paymentLines, recommendationLines } from './account.ts';
import { causeLines, otherLines, pathLines, summaryLines } from './finding.ts';
import { iso, type Line } from './line.ts';

export type Section = { readonly key: string; readonly title: Bilingual; readonly lines: readonly Line[] };
export type Report = {
  readonly incident: string;
  readonly state: Incident['state'];
  readonly severity: Incident['severity'];
  readonly title: Bilingual;
  readonly onsetAt: string;
  readonly closedAt: string | null;
  readonly sections: readonly Section[];
};

export const reportOf = (incident: Incident): Report => {
  const section = (key: string, en: string, zh: string, lines: readonly Line[]): Section => ({
    key,
    title: { en, zh },
    lines,
  });
  const { id, state, severity, title, onsetMs, closedMs } = incident;
  return {
    incident: id,
    state,
    severity,
    title,
    onsetAt: iso(onsetMs),
    closedAt: closedMs === undefined ? null : iso(closedMs),
    sections: [
      section('summary', 'Summary', '摘要', summaryLines(incident)),
      section('impact', 'Impact', '影响', [...impactLines(incident), ...paymentLines(incident)]),
      section('cause', 'Cause', '根因', causeLines(incident)),
      section('path', 'How it spread', '传播路径', pathLines(incident)),
      section('others', 'Why not the others', '为何不是其他服务', otherLines(incident)),
      section('actions', 'Actions', '处置动作', [...actionLines(incident), ...recommendationLines(incident)]),
      section('clocks', 'Clocks (1-5-30)', '时钟（1-5-30）', clockLines(incident)),
      section(
        'timeline',
        'Timeline',
        '时间线',
        incident.timeline.map(({ atMs, text, decision }) => ({
          text: { en: `${iso(atMs)} ${text.en}`, zh: `${iso(atMs)} ${text.zh}` },
          proof: [decision],
        })),
      ),
    ],
  };
};
