// Anomalies near in time and graph become one incident; what is planned, blips and a merely busy machine become none.
import type { Anomaly, Bilingual, Command, Severity } from '@fenghuo/rules/contract';
import { limits } from '@fenghuo/rules/contract';
import { type CaseFile, type Engine, emit } from '../engine.ts';
import { endsOf } from '../localise/link.ts';
import type { Series } from '../series.ts';
import type { Watch } from '../watch.ts';
import { weighed } from './calls.ts';
import { confessed } from './confessed.ts';
import { failing } from './failing.ts';
import { goneNats } from './gone.ts';
import { commonMode, matters, opens } from './opening.ts';
import { againstPeers } from './peers.ts';
import { planned } from './planned.ts';
import { natsNeeded, tickNatsMax } from './rarity.ts';
import { isSlow, slowEdges, told } from './slow.ts';
import { unanswered } from './unanswered.ts';

/** Something unrelated to an open incident must have lasted longer before it is a second one. */
const secondTicks = 6;
const toldMax = 40;
/** Ticks in a row whose mean is slow are no single call's doing. */
const meanTicks = 3;
/** What began so near to an incident's onset and is connected to what it hurt is the same trouble, whoever is held for its cause. */
const togetherMs = 5_000;

export type Opener = {
  readonly one: Series;
  readonly anomaly: Anomaly;
  readonly ticks: number;
  /** Whether it is too rare for chance anywhere on the platform, so that it may open an incident of its own. */
  readonly isRare: boolean;
};

/** The calls behind a figure's last sample by those that are usual; 1 where nobody counts them. */
const crowd = (watch: Watch, one: Series): number => {
  const [now, counts] = [watch.callsOf(one), watch.groups.counts.get(one.calls)];
  return now === undefined || counts === undefined ? 1 : now / Math.max(1, watch.bank.baseline(counts.index).location);
};

/** Indices of what is anomalous and may open an incident, of what fails and of what is slow, each once. */
const stirring = ({ watch, tickMs }: Engine): ReadonlySet<number> =>
  new Set([...watch.opening, ...watch.failing, ...watch.confessing, ...slowEdges(watch, tickMs)]);

/** Anomalies that stir now, strongest first: rare enough to belong to an incident that is there, and perhaps to open one. */
export const openers = (engine: Engine): Opener[] => {
  const { watch, tickMs } = engine;
  const found: Opener[] = [];
  const needed = natsNeeded(watch.groups.places.size);
  const natsLeast = natsNeeded(1);
  const gone = goneNats(watch, tickMs);
  for (const index of stirring(engine)) {
    const one = watch.series.get(index);
    const rule = one === undefined ? undefined : watch.opens.get(one.meta.class);
    if (one === undefined || rule === undefined) continue;
    // What is below the floor has not risen by it, whatever is expected; no latency is negative.
    if (one.meta.class === 'latency' && Math.fround(one.last) < (rule.floor[one.meta.unit] ?? 0)) continue;
    const { expected } = watch.expected(one);
    const is = (value: number): boolean => matters(value, expected, one.meta.bad, rule, one.meta.unit);
    // Most of what stirs on a large platform is too small to matter: that is seen at its last figure; errors add up.
    if (one.meta.class !== 'errors' && !is(Math.fround(one.last))) continue;
    const isBusiness = one.meta.class === 'business';
    const isAge = watch.groups.ages.get(one.calls) === one;
    const plain = isAge ? { nats: 0, ticks: 0 } : weighed(watch, one, is, rule);
    const peers = againstPeers(watch, one, rule, tickMs);
    const ended = peers !== undefined && peers.nats > plain.nats ? peers : plain;
    // Slowness shows by the calls that wait before they end.
    const waits = unanswered(watch, one, rule);
    const suffered = isAge || ended.ticks > 0 ? Math.max(ended.ticks, waits.ticks) : 0;
    const own = suffered > 0 ? confessed(watch, one, Math.max(ended.nats, waits.nats), tickMs) : undefined;
    const lasted = Math.max(suffered, own?.ticks ?? 0);
    const span = Math.max(lasted, ended.span ?? 0);
    const failed = one.meta.class === 'errors' && one.meta.caller !== undefined && ended.ticks > 0;
    // Calls that wait now are others than those that ended; of one tick all together count no more than a tick does.
    const beside = Math.max(0, Math.min(waits.now ?? 0, tickNatsMax - (ended.now ?? 0)));
    const shown = Math.max(ended.nats + beside, waits.nats) + (failed ? gone(one.meta.entity) : 0);
    const nats = Math.max(shown, own?.nats ?? 0);
    if (lasted < 1 || (!isBusiness && nats < natsLeast)) continue;
    const anomaly =
      ended === peers
        ? told(watch, one, span, peers)
        : (watch.anomaly(index) ?? (one.meta.class === 'latency' ? told(watch, one, span) : failing(watch, one)));
    if (anomaly === undefined) continue;
    // Ratios and levels of business may open; a mere amount falls whenever demand does.
    const kpi = isBusiness ? engine.kpis.find(one.meta.metric) : undefined;
    if (isBusiness && (kpi === undefined || (kpi.rule.per === undefined && kpi.rule.better === 'higher'))) continue;
    const calls = watch.callsOf(one);
    const learned = ended === peers ? peers.learned : watch.bank.baseline(index).n;
    const isConfessed = own !== undefined && own.nats >= shown;
    // One slow call makes a mean; unless its callee confesses, or it is slow for some ticks in a row, it waits for the bank's own opinion.
    if (one.meta.stat === 'mean' && !isConfessed && ended.ticks < meanTicks && !watch.opening.has(index)) continue;
    // Calls that wait bring others, who try again: that is no demand.
    const demand = waits.ticks > 0 ? 1 : crowd(watch, one);
    const candidate = { anomaly, ticksOut: lasted, calls, isAge, isConfessed, demand, nats, learned };
    if (!opens({ ...candidate, natsNeeded: natsLeast }, rule)) continue;
    const isRare = opens({ ...candidate, natsNeeded: needed }, rule);
    if (!planned(engine, one) && (lasted > 1 || !paused(engine, one)))
      found.push({ one, anomaly, ticks: lasted, isRare });
  }
  return found.sort(
    (a, b) =>
      a.anomaly.onsetMs - b.anomaly.onsetMs ||
      Math.abs(b.anomaly.z) - Math.abs(a.anomaly.z) ||
      a.one.index - b.one.index,
  );
};

/** All that a caller waits for is slow in the same tick: it was paused itself (collection, a stolen processor), its callees were not. */
const paused = ({ watch }: Engine, one: Series): boolean => {
  const { caller, entity } = one.meta;
  if (caller === undefined) return false;
  const others = watch.places
    .by(caller)
    .filter(({ meta, lastMs }) => meta.entity !== entity && meta.stat === 'p50' && lastMs === one.lastMs);
  return others.length > 0 && others.every((other) => watch.active.has(other.index) || isSlow(watch, other));
};

const busyMachine = (engine: Engine): boolean => {
  const { watch } = engine;
  const edges = new Map<string, { caller: string; callee: string; slow: boolean }>();
  for (const one of watch.groups.bodies.values()) {
    const { index, meta, lastMs } = one;
    if (meta.caller === undefined || lastMs < engine.tickMs - 2_000) continue;
    const key = `${meta.caller}\u0000${meta.entity}`;
    const slow = watch.active.has(index) || isSlow(watch, one) || edges.get(key)?.slow === true;
    edges.set(key, { caller: meta.caller, callee: meta.entity, slow });
  }
  return commonMode([...edges.values()], (entity) => engine.graph.upstream(entity));
};

/** Whether an anomaly belongs to an incident: its entity is in it, calls into it, is called by its cause, or stands in for it. */
export const belongs = (engine: Engine, file: CaseFile, { one: { meta }, anomaly }: Opener): boolean => {
  if (meta.class === 'business' || file.affected.has(meta.entity)) return true;
  const cause = engine.incidents.get(file.id)?.cause?.entity;
  const isTogether = Math.abs(anomaly.onsetMs - file.onsetMs) <= togetherMs;
  const named = cause === undefined ? [] : endsOf(cause);
  const roots = cause === undefined || isTogether ? [...named, ...file.affected] : named;
  for (const root of roots) {
    if (engine.graph.upstream(root).has(meta.entity) || engine.graph.downstream(root).has(meta.entity)) return true;
    // Whoever takes over the load of what was switched off is slower for a good reason.
    if (engine.rules.topology.entities.some((e) => e.name === root && e.alternatives.includes(meta.entity)))
      return true;
  }
  return false;
};

/** Sorts what stirs into the incidents that are open, or opens one. */
export const correlate = (engine: Engine, found: readonly Opener[]): undefined => {
  if (found.length === 0) return;
  const news: Opener[] = [];
  for (const opener of found) {
    const file = [...engine.files.values()].find((f) => belongs(engine, f, opener));
    if (file !== undefined) join(engine, file, opener);
    else if (opener.isRare && (engine.files.size === 0 || opener.ticks >= secondTicks)) news.push(opener);
  }
  if (news.length === 0 || engine.files.size >= limits.incidentsOpenMax) return;
  const felt = news.some(({ one }) => one.meta.class === 'business');
  if (!felt && busyMachine(engine)) return;
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
  file.affected.add(one.meta.entity);
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
