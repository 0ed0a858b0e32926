// The decision about the sources of one way: the way is slow, a probe is silent, a service is dead, or nobody can tell.
import type { SourceState, SourceTrouble } from '@fenghuo/rules/contract';
import { isHeard, isUnsettled, type Source, type Way } from './watermark.ts';
import type { Witness } from './witness.ts';
import { slowText, stoppedText, textOf } from './words.ts';

/** Steps without a word after which others are asked what they see. */
const ASK_STEPS = 2;

/** In which ticks callers last saw a silent source's service answer, and not; -1 never. */
export type Seen = { answersMs: number; failsMs: number };
export type Look = {
  /** Stream time of the look, and the tick that is judged. */
  readonly atMs: number;
  readonly tickMs: number;
  readonly before: ReadonlyMap<string, SourceState>;
  readonly all: Iterable<Source>;
  readonly seen: Map<Source, Seen>;
  /** What callers saw of a service since a tick. */
  readonly callersOf: (service: string, sinceMs: number) => Witness;
};

/** Troubles of a way and of its sources. @param known those of whom it is known how often they speak */
export const judge = (way: Way, known: readonly Source[], look: Look): SourceState[] => {
  const { atMs, before } = look;
  if (isUnsettled(way, atMs)) {
    // What was said of a source before stands until it can be judged again.
    const kept = known.flatMap(({ id }) => before.get(id) ?? []);
    if (!way.isSlow) return kept;
    return [slow(way, known, way.slowSinceMs, slowText(way.name, atMs - way.slowSinceMs)), ...kept];
  }
  const silent: Source[] = [];
  for (const one of known) {
    if (atMs - one.heardMs > ASK_STEPS * one.stepMs) ask(one, look);
    else look.seen.delete(one);
    if (!isHeard(one, atMs)) silent.push(one);
  }
  if (silent.length === 0) return [];
  const isAll = silent.length > 1 && silent.length === known.length;
  if (isAll && !silent.some((one) => isDead(one, look))) {
    const sinceMs = silent.reduce((most, one) => Math.max(most, one.heardMs), -1);
    return [slow(way, known, sinceMs, stoppedText(way.name, silent.length, atMs - sinceMs))];
  }
  const there = whoIsThere(look);
  return silent.map((one) => troubled(one, troubleOf(one, look, there), look));
};

const slow = (way: Way, known: readonly Source[], sinceMs: number, text: SourceState['text']): SourceState => ({
  source: way.name,
  state: 'bus_slow',
  watermarkMs: known.reduce((most, one) => Math.max(most, one.watermarkMs), -1),
  sinceMs,
  text,
});

const troubled = (
  { id, service, watermarkMs, heardMs }: Source,
  state: Exclude<SourceTrouble, 'bus_slow'>,
  { atMs, before }: Look,
): SourceState => {
  const same = before.get(id);
  const of = service === undefined ? {} : { service };
  const text = same?.state === state ? same.text : textOf(id, state, atMs - heardMs);
  return { source: id, ...of, state, watermarkMs, sinceMs: heardMs, text };
};

const ask = (one: Source, { seen, tickMs, callersOf }: Look): void => {
  const said = one.service === undefined ? 'nothing' : callersOf(one.service, one.watermarkMs);
  if (said === 'nothing') return;
  const of = seen.get(one) ?? { answersMs: -1, failsMs: -1 };
  of[said === 'answers' ? 'answersMs' : 'failsMs'] = tickMs;
  seen.set(one, of);
};

const isDead = (one: Source, { seen }: Look): boolean => {
  const of = seen.get(one);
  return of !== undefined && of.failsMs > of.answersMs;
};

const troubleOf = (one: Source, look: Look, there: There): Exclude<SourceTrouble, 'bus_slow'> => {
  // A host has no callers: the services that run on it show that it lives.
  if (one.service === undefined)
    return one.host !== undefined && there.hosts.has(one.host) ? 'probe_silent' : 'unheard';
  // Where another of its processes tells, that one may be who answers.
  if (there.services.has(one.service)) return 'unheard';
  if (isDead(one, look)) return 'service_dead';
  return look.seen.has(one) ? 'probe_silent' : 'unheard';
};

type There = { readonly services: ReadonlySet<string>; readonly hosts: ReadonlySet<string> };
/** Services that tell of themselves, and hosts whose services do. */
const whoIsThere = ({ all, atMs }: Look): There => {
  const there = { services: new Set<string>(), hosts: new Set<string>() };
  for (const one of all) {
    if (one.service === undefined || !isHeard(one, atMs)) continue;
    there.services.add(one.service);
    if (one.host !== undefined) there.hosts.add(one.host);
  }
  return there;
};
