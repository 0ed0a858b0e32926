// Anomalies near in time and graph become one incident; what is planned, blips and a merely busy machine become none.
import type { Anomaly, Bilingual, Command, Severity } from '@fenghuo/rules/contract';
import { limits } from '@fenghuo/rules/contract';
import type { CaseFile } from '../case-file.ts';
import { type Engine, emit } from '../engine.ts';
import { touch } from '../unlearnt.ts';
import { incidentOf, ticksApart } from './belongs.ts';
import { areFelt, busyMachine } from './busy.ts';
import { isCapacity } from './capacity.ts';
import type { Opener } from './openers.ts';

const toldMax = 40;

/** Whether what belongs to no open incident may open one: rare, apart from those that are open, and no mere lack of capacity. */
const isNews = (engine: Engine, opener: Opener): boolean =>
  opener.isRare && (engine.files.size === 0 || opener.ticks >= ticksApart(opener)) && !isCapacity(engine, opener);

/** Sorts what stirs into the incidents that are open, or opens one. */
export const correlate = (engine: Engine, found: readonly Opener[]): undefined => {
  if (found.length === 0) return;
  const news: Opener[] = [];
  for (const opener of found) {
    const file = incidentOf(engine, opener);
    if (file !== undefined) join(engine, file, opener);
    else if (isNews(engine, opener)) news.push(opener);
  }
  if (news.length === 0 || engine.files.size >= limits.incidentsOpenMax) return;
  if (!areFelt(engine, news) && busyMachine(engine)) return;
  const { seq, n } = engine.now;
  const incident = `i${engine.options.partition}-${seq}-${n}`;
  const onsetMs = Math.min(...news.map(({ anomaly }) => anomaly.onsetMs));
  const trigger = news.slice(0, 16).map(({ anomaly }) => anomaly);
  emit(engine, {
    type: 'incident.opened',
    incident,
    onsetMs,
    severity: severity(engine),
    title: title(trigger[0]!),
    trigger,
  });
};

const join = (engine: Engine, file: CaseFile, { one, anomaly }: Opener): undefined => {
  touch(engine, file, one.meta.entity);
  if (file.told.has(anomaly.series) || file.told.size >= toldMax) return;
  emit(engine, { type: 'anomaly.detected', incident: file.id, anomaly });
};

export const severity = (engine: Engine): Severity => {
  const hurt = engine.kpis.all.filter((kpi) => engine.watch.active.has(kpi.series.index));
  return hurt.some((kpi) => kpi.rule.audience === 'customers') ? 'critical' : 'error';
};

const short = (value: number): string => (Number.isFinite(value) ? String(Number(value.toPrecision(3))) : '?');
const title = ({ caller, entity, metric, seen, expected, unit }: Anomaly): Bilingual => {
  const where = caller === undefined ? entity : `${caller} → ${entity}`;
  const numbers = `${metric} ${short(seen)} ${unit}`;
  return {
    en: `${where}: ${numbers}, expected ${short(expected)} ${unit}`,
    zh: `${where}：${numbers}，预期 ${short(expected)} ${unit}`,
  };
};

/** What a person asks about an incident. Commands about unknown incidents are answered, not swallowed. */
export const obeyIncident = (engine: Engine, command: Command): undefined => {
  if (!('incident' in command)) return;
  const { incident: id, by } = command;
  const known = engine.incidents.get(id);
  const refuse = (en: string, zh: string): undefined =>
    void emit(engine, {
      type: 'engine.note',
      ...(known ? { incident: id } : {}),
      code: 'command_refused',
      text: { en, zh },
    });
  if (known === undefined) return refuse(`${command.verb}: no incident ${id}`, `${command.verb}：没有事件 ${id}`);
  if (command.verb === 'note')
    return void emit(engine, { type: 'incident.note', incident: id, by, note: command.note });
  if (command.verb === 'assign')
    return void emit(engine, { type: 'incident.assigned', incident: id, by, to: command.to });
  const moved = (to: 'acknowledged' | 'contained' | 'closed', en: string, zh: string): undefined =>
    void emit(engine, { type: 'incident.state', incident: id, from: known.state, to, why: { en, zh }, by });
  if (known.state === 'closed') return refuse(`${command.verb}: ${id} is closed`, `${command.verb}：${id} 已关闭`);
  if (command.verb === 'ack') {
    if (known.state === 'open' || known.state === 'suspected')
      moved('acknowledged', `acknowledged by ${by}`, `${by} 已确认`);
    // Contained is more than acknowledged and stays; that somebody looks at it is told all the same.
    else if (known.state === 'contained') moved('contained', `acknowledged by ${by}`, `${by} 已确认`);
    else refuse(`ack: ${id} is ${known.state} already`, `确认：${id} 已处于 ${known.state}`);
  } else if (command.verb === 'resolve')
    moved('closed', `closed by ${by}: ${command.reason}`, `${by} 关闭：${command.reason}`);
  else if (!engine.incidents.has(command.into))
    refuse(`merge: no incident ${command.into}`, `合并：没有事件 ${command.into}`);
  else moved('closed', `merged into ${command.into} by ${by}`, `${by} 合并到 ${command.into}`);
};
