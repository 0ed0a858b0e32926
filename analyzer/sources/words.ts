// What is said of a source that says nothing, in both languages.
import type { Bilingual, SourceState, SourceTrouble } from '@fenghuo/rules/contract';

const seconds = (ms: number): string => String(Math.max(0, Math.round(ms / 1_000)));

const ofSource: Readonly<Record<Exclude<SourceTrouble, 'bus_slow'>, (name: string, s: string) => Bilingual>> = {
  probe_silent: (name, s) => ({
    en: `${name}: the probe is silent, the service is not: nothing from it for ${s} s, while others see it at work`,
    zh: `${name}：探针失联，服务仍在：${s} 秒未收到数据，但旁证表明其仍在工作`,
  }),
  service_dead: (name, s) => ({
    en: `${name}: the service is dead or answers nobody: nothing from it for ${s} s, and its callers get no answer`,
    zh: `${name}：服务已停止或不应答：${s} 秒未收到数据，且调用方得不到应答`,
  }),
  unheard: (name, s) => ({
    en: `${name}: nothing from it for ${s} s, and nobody else can tell whether it lives`,
    zh: `${name}：${s} 秒未收到数据，且没有旁证可判断其是否存活`,
  }),
};

/** @param forMs since when nothing has come */
export const textOf = (name: string, state: Exclude<SourceTrouble, 'bus_slow'>, forMs: number): Bilingual =>
  ofSource[state](name, seconds(forMs));

/** @param lateMs by how much what comes is late */
export const slowText = (way: string, lateMs: number): Bilingual => ({
  en: `${way}: the bus is slow: whatever comes is ${seconds(lateMs)} s late; nobody is taken for dead meanwhile`,
  zh: `${way}：总线变慢：数据整体延迟 ${seconds(lateMs)} 秒；在此期间不判定任何服务失联`,
});

/** @param count sources that stopped together */
export const stoppedText = (way: string, count: number, forMs: number): Bilingual => ({
  en: `${way}: all ${count} sources stopped together ${seconds(forMs)} s ago: it is the way that they share`,
  zh: `${way}：全部 ${count} 个来源于 ${seconds(forMs)} 秒前同时中断：问题在其共用的通路`,
});

/** @param isKnown whether it is remembered: who has been away for long is forgotten */
export const overText = ({ source, state }: SourceState, isKnown: boolean): Bilingual => {
  if (!isKnown) return { en: `${source}: away for long, forgotten`, zh: `${source}：长期无数据，已移除` };
  return state === 'bus_slow'
    ? { en: `${source}: the bus keeps up again`, zh: `${source}：总线已恢复` }
    : { en: `${source}: its data come again`, zh: `${source}：数据已恢复` };
};
