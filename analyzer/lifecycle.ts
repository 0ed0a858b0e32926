// How an incident goes on: is its cause measured healthy again, is it contained, repaired, over.
import { actionFinal, type Bilingual, type IncidentState, limits } from '@fenghuo/rules/contract';
import type { CaseFile } from './case-file.ts';
import type { Opener } from './correlate/openers.ts';
import { type Engine, emit } from './engine.ts';
import { learnWhatLasts } from './unlearnt.ts';

/** The cause's own figures must have been healthy for so long to be called repaired. */
export const repairedMs = 10_000;
/** Nothing of it may have stirred for so long before it is closed. */
const quietMs = 15_000;
/** A figure that was not measured for so long says nothing about health. */
const measuredMs = 10_000;

/** A figure that has not come for so long belongs to a process that is gone. */
const forgottenMs = 60_000;

/** Looks at the cause's figures of this tick; keeps since when they are healthy. */
const measure = (engine: Engine, file: CaseFile): undefined => {
  const { watch, now } = engine;
  let measuredAt = -1;
  /** Within their band, of calls that nobody counts: they need another figure's proof. */
  const unproven: number[] = [];
  for (const [index, upTo] of file.references) {
    const one = watch.series.get(index);
    if (one === undefined || Number.isNaN(one.last) || engine.tickMs - one.lastMs > forgottenMs) {
      file.sick.delete(index);
      continue;
    }
    // A gauge or a count of errors reads zero also when nobody calls: only answered calls prove health,
    // and a figure that was bad stays bad until such a proof, however seldom the trickle calls. What a process tells of itself needs no call.
    const { class: of, stat, caller } = one.meta;
    const isOwn = caller === undefined && of !== 'latency' && of !== 'errors';
    const isProof = isOwn || (of === 'latency' ? stat !== undefined : (watch.callsOf(one) ?? 0) > 0);
    if (one.last > upTo) file.sick.add(index);
    else if (isProof) {
      file.sick.delete(index);
      measuredAt = Math.max(measuredAt, one.lastMs);
    } else if (watch.callsOf(one) === undefined) unproven.push(index);
  }
  // That another figure of the cause is measured now says that somebody calls, so that no error is none.
  if (measuredAt >= engine.tickMs - limits.tickMs) for (const index of unproven) file.sick.delete(index);
  if (file.sick.size > 0 || engine.tickMs - measuredAt > measuredMs) file.healthySinceMs = undefined;
  else file.healthySinceMs ??= now.atMs;
};

/** For how long the cause of an incident has been measured healthy, ms; 0 while it is not. */
export const healthyFor = (engine: Engine, id: string): number => {
  const since = engine.files.get(id)?.healthySinceMs;
  return since === undefined ? 0 : engine.now.atMs - since;
};

/** What is measured of an incident whether the engine decides or follows its log: health of the cause, quiet around it. */
export const observe = (engine: Engine, file: CaseFile, found: readonly Opener[]): void => {
  measure(engine, file);
  learnWhatLasts(engine, file);
  const stirring =
    engine.slos.keepsOpen(file.id) ||
    found.some(({ one }) => file.affected.has(one.meta.entity) || one.meta.class === 'business');
  if (stirring) file.quietSinceMs = undefined;
  else file.quietSinceMs ??= engine.now.atMs;
};

export const follow = (engine: Engine, file: CaseFile): undefined => {
  const { atMs } = engine.now;
  const incident = engine.incidents.get(file.id);
  if (incident === undefined) return;
  const move = (to: IncidentState, why: Bilingual): undefined =>
    void emit(engine, { type: 'incident.state', incident: file.id, from: incident.state, to, why });
  const { state, cause, actions } = incident;
  const holding = actions.some((a) => !actionFinal(a.state));
  const quietFor = file.quietSinceMs === undefined ? 0 : atMs - file.quietSinceMs;
  const verified = actions.find((a) => a.state === 'verified');
  if ((state === 'open' || state === 'acknowledged') && verified !== undefined)
    return move('contained', {
      en: `${verified.playbook} was verified: customers are served while ${verified.cause} is in trouble`,
      zh: `${verified.playbook} 已验证：${verified.cause} 异常期间业务已恢复`,
    });
  // Without figures of its own (a cause never measured before) quiet all around must do, for longer.
  const isHealthy = file.references.size === 0 ? quietFor >= 2 * quietMs : healthyFor(engine, file.id) >= repairedMs;
  if (state !== 'repaired' && isHealthy && (cause === null ? quietFor >= quietMs : true))
    return move('repaired', {
      en: `${cause?.entity ?? 'everything affected'} has been measured healthy for ${repairedMs / 1_000} s`,
      zh: `${cause?.entity ?? '受影响对象'} 实测恢复正常已 ${repairedMs / 1_000} 秒`,
    });
  if (state === 'repaired' && file.references.size > 0 && !isHealthy && file.quietSinceMs === undefined)
    return move('open', {
      en: `${cause?.entity ?? 'the cause'} is in trouble again`,
      zh: `${cause?.entity ?? '原因'} 再次异常`,
    });
  if (state === 'repaired' && !holding && isHealthy && quietFor >= quietMs)
    move('closed', { en: `nothing has stirred for ${quietMs / 1_000} s`, zh: `已平静 ${quietMs / 1_000} 秒` });
};
