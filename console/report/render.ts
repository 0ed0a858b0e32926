// The report as a document: Markdown or HTML in one language, or JSON with both. What others named is never markup.
import type { Incident } from '@fenghuo/rules/contract';
import type { Lang } from '../shared/figures.ts';
import type { Line } from './line.ts';
import { type Report, reportOf } from './story.ts';

export type ReportOptions = { readonly lang: Lang; readonly format: 'md' | 'html' | 'json' };

const words = {
  en: {
    report: 'Incident report',
    proof: 'In brackets: the decisions of the log that prove the sentence.',
    none: 'None.',
  },
  zh: { report: '故障报告', proof: '方括号内为可验证该结论的决策编号。', none: '无。' },
} as const;

/** Renders the report; `lang` counts for Markdown and HTML. */
export const renderReport = (incident: Incident, { lang, format }: ReportOptions): string => {
  const report = reportOf(incident);
  if (format === 'json') return `${JSON.stringify(report, null, 2)}\n`;
  return format === 'md' ? markdown(report, lang) : html(report, lang);
};

const heading = (report: Report, lang: Lang): string => `${words[lang].report} ${report.incident}`;
const standing = ({ severity, state, onsetAt, closedAt }: Report): string =>
  `${severity} · ${state} · ${onsetAt} – ${closedAt ?? '…'}`;

/** Punctuation that Markdown would take for markup, where text from outside could bring it. */
const plain = (text: string): string => text.replace(/[\\`*<>[\]#|]/g, '\\$&').replace(/\s+/g, ' ');

const markdown = (report: Report, lang: Lang): string => {
  const item = ({ text, proof }: Line): string =>
    `- ${plain(text[lang])}${proof.length === 0 ? '' : ` \\[${proof.map((id) => `\`${id.replaceAll('`', '')}\``).join(', ')}\\]`}`;
  return [
    `# ${plain(heading(report, lang))}`,
    '',
    `**${plain(report.title[lang])}**`,
    '',
    standing(report),
    '',
    ...report.sections.flatMap(({ title, lines }) => [
      `## ${title[lang]}`,
      '',
      ...(lines.length === 0 ? [words[lang].none] : lines.map(item)),
      '',
    ]),
    words[lang].proof,
    '',
  ].join('\n');
};

const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[c] ?? c);

const style = `body{font:16px/1.55 system-ui,"Noto Sans CJK SC",sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#142032;background:#fff}
h1{font-size:1.6rem}h2{font-size:1.1rem;margin:1.6rem 0 .4rem;border-bottom:1px solid #d3dbe6}li{margin:.25rem 0;overflow-wrap:anywhere}code,.standing{color:#4a5a70;font-size:.8rem}
@media print{body{margin:0}}`;

const html = (report: Report, lang: Lang): string => {
  const item = ({ text, proof }: Line): string =>
    `<li>${escaped(text[lang])}${proof.map((id) => ` <code>${escaped(id)}</code>`).join('')}</li>`;
  const sections = report.sections.map(
    ({ title, lines }) =>
      `<h2>${escaped(title[lang])}</h2>\n${lines.length === 0 ? `<p>${words[lang].none}</p>` : `<ul>\n${lines.map(item).join('\n')}\n</ul>`}`,
  );
  const title = escaped(heading(report, lang));
  return `<!doctype html>
<html lang="${lang === 'zh' ? 'zh-CN' : 'en'}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title><style>${style}</style></head>
<body>
<h1>${title}</h1>
<p><strong>${escaped(report.title[lang])}</strong></p>
<p class="standing">${escaped(standing(report))}</p>
${sections.join('\n')}
<p><small>${words[lang].proof}</small></p>
</body></html>
`;
};
