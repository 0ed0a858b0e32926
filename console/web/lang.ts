// The page's own words in the users' two languages; what the engine says comes in both already.
import { create } from 'zustand';

export type Lang = 'en' | 'zh';
const words = {
  live: ['live', '实时'],
  reconnecting: ['reconnecting …', '重新连接中…'],
  series: ['series', '条指标序列'],
  lag: ['lag', '延迟'],
  waiting: ['Waiting for telemetry …', '等待遥测数据…'],
  incidents: ['Incidents', '故障'],
  calm: ['No incident. Everything is within its band.', '没有故障，一切在预期范围内。'],
  services: ['Services', '服务'],
  cause: ['Cause', '根因'],
  seeking: ['Looking for the cause …', '正在定位根因…'],
  confidence: ['confidence', '置信度'],
  alert: ['alert ≤ 1 min', '1 分钟告警'],
  respond: ['respond ≤ 5 min', '5 分钟响应'],
  repair: ['repair ≤ 30 min', '30 分钟恢复'],
  evidence: ['Evidence', '证据'],
  actions: ['Actions', '处置动作'],
  none: ['none', '无'],
  impact: ['Impact so far', '当前影响'],
  lost: ['lost', '损失'],
  others: ['Why not the others', '为何不是其他服务'],
  timeline: ['Timeline', '时间线'],
  report: ['Report', '报告'],
  undo: ['Undo', '撤销'],
  approve: ['Approve', '批准'],
  ack: ['Acknowledge', '确认'],
  token: ['Admin token (.fenghuo/credentials.json)', '管理令牌（.fenghuo/credentials.json）'],
  expected: ['expected', '预期'],
  missing: ['There is no such incident.', '没有这个故障。'],
} as const satisfies Record<string, readonly [string, string]>;

export const t = (lang: Lang, key: keyof typeof words): string => words[key][lang === 'en' ? 0 : 1];

export const useLang = create<{ lang: Lang; setLang: (lang: Lang) => void }>((set) => ({
  lang: localStorage.getItem('lang') === 'zh' ? 'zh' : 'en',
  setLang: (lang) => {
    localStorage.setItem('lang', lang);
    document.documentElement.lang = lang;
    set({ lang });
  },
}));
