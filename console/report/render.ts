// The post-incident report: a view of the incident, each sentence with the decisions that prove it.
import type { Incident, TimelineEntry } from '@fenghuo/rules/contract';

export type ReportOptions = { readonly lang: 'en' | 'zh'; readonly format: 'md' | 'html' };

const words = {
  en: {
    report: 'Incident report',
    cause: 'Cause',
    none: 'No cause was named.',
    confidence: 'confidence',
    impact: 'Impact',
    lost: 'lost',
    between: 'between',
    actions: 'Actions',
    timeline: 'Timeline',
    clocks: 'Clocks',
    alert: 'alerted',
    respond: 'responded',
    repair: 'repaired',
    after: 'after onset',
    not: 'not yet',
    others: 'Why not the others',
    proof: 'Each line ends with the decision that proves it.',
  },
  zh: {
    report: '故障报告',
    cause: '根因',
    none: '未定位根因。',
    confidence: '置信度',
    impact: '影响',
    lost: '损失',
    between: '区间',
    actions: '处置动作',
    timeline: '时间线',
    clocks: '1-5-30 时钟',
    alert: '告警',
    respond: '响应',
    repair: '恢复',
    after: '（距故障开始）',
    not: '尚未',
    others: '为何不是其他服务',
    proof: '每行末尾为可验证该结论的决策编号。',
  },
} as const;

const time = (ms: number): string => new Date(ms).toISOString();
const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
const proof = (incident: Incident, type: TimelineEntry['type']): string => {
  const of = incident.timeline.filter((entry) => entry.type === type).at(-1);
  return of === undefined ? '' : ` [${of.decision}]`;
};

/** Renders the report in Markdown or HTML, English or Chinese. */
export const renderReport = (incident: Incident, { lang, format }: ReportOptions): string => {
  const w = words[lang];
  const { clocks } = incident;
  const clock = (name: string, at: number | undefined): string =>
    `- ${name}: ${at === undefined ? w.not : `${seconds(at - clocks.onsetMs)} ${w.after}`}`;
  const lines = [
    `# ${w.report} ${incident.id}`,
    '',
    `${incident.title[lang]} · ${incident.severity} · ${incident.state} · ${time(incident.onsetMs)} – ${incident.closedMs === undefined ? '…' : time(incident.closedMs)}${proof(incident, 'incident.opened')}`,
    '',
    `## ${w.cause}`,
    incident.cause === null
      ? w.none
      : `**${incident.cause.entity}**: ${incident.cause.reason[lang]} (${w.confidence} ${incident.cause.confidence.toFixed(2)})${proof(incident, 'incident.cause')}`,
    '',
    `## ${w.clocks}`,
    clock(w.alert, clocks.alertedMs),
    clock(w.respond, clocks.respondedMs),
    clock(w.repair, clocks.repairedMs),
    '',
    `## ${w.impact}`,
    ...incident.impact.map(
      (one) =>
        `- ${one.audience}: ${one.kpi}: ${one.lost.toFixed(0)} ${one.unit.replace(/[{}]/g, '')} ${w.lost} (${w.between} ${one.lostLow.toFixed(0)} – ${one.lostHigh.toFixed(0)})`,
    ),
    '',
    `## ${w.actions}`,
    ...incident.actions.map(
      (one) =>
        `- ${one.playbook}: ${one.target} ${one.flag} → ${one.value}: ${one.state}. ${one.why[lang]}${proof(incident, 'action.state')}`,
    ),
    '',
    `## ${w.others}`,
    ...incident.ranking.slice(1, 6).map((one) => `- ${one.entity}: ${one.why[lang]}`),
    '',
    `## ${w.timeline}`,
    ...incident.timeline.map((entry) => `- ${time(entry.atMs)} ${entry.text[lang]} [${entry.decision}]`),
    '',
    w.proof,
    '',
  ];
  return format === 'md' ? lines.join('\n') : html(lines, lang, `${w.report} ${incident.id}`);
};

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c] ?? c);

const html = (lines: readonly string[], lang: string, title: string): string => {
  const body = lines
    .map((line) => escaped(line).replace(/\*\*(.+?)\*\*/g, '<strong>$1</strong>'))
    .map((line) =>
      line.startsWith('# ')
        ? `<h1>${line.slice(2)}</h1>`
        : line.startsWith('## ')
          ? `<h2>${line.slice(3)}</h2>`
          : line.startsWith('- ')
            ? `<li>${line.slice(2)}</li>`
            : line === ''
              ? ''
              : `<p>${line}</p>`,
    )
    .join('\n');
  return `<!doctype html><html lang="${lang}"><meta charset="utf-8"><title>${escaped(title)}</title><body>\n${body}\n</body></html>\n`;
};
