// The whole engine on one screen: detect → correlate → localise → act, as one step over one input in stream order.
// No clock and no randomness: time is the stream's time, so the same inputs give the same decisions, byte for byte.
import { type ChangeEvent, type Frame, hash64 } from '@fenghuo/rules/contract';
import { act, flagReported, obeyAction, renew } from './act/act.ts';
import { tellChecks } from './checks/tell.ts';
import { correlate, obeyIncident } from './correlate/correlate.ts';
import { openers } from './correlate/openers.ts';
import { noteWork } from './correlate/planned.ts';
import { diagnose } from './diagnose.ts';
import { lookEarly } from './early.ts';
import { apply, begin, type Engine, type Outputs, shedAsWanted } from './engine.ts';
import { account, accumulate } from './impact.ts';
import type { Input } from './input.ts';
import { isBulk, waitMsMax } from './kpi.ts';
import { follow, observe } from './lifecycle.ts';
import { reconcile } from './payments.ts';
import { aliveMs } from './probes.ts';
import { burn } from './slo/alert.ts';
import { tellSources } from './sources/tell.ts';
import { tickOf } from './tick-of.ts';

/** A tick is judged when all probes have reported it, or so long after it. Probes send within 150 ms. */
const slotMs = 250;
/** A sender whose clock is further ahead than this does not begin ticks. */
const aheadMsMax = 60_000;
const pruneMs = 60_000;

/** Takes one input: the state moves on, and what it decided and wants written comes back. */
export const step = (engine: Engine, input: Input): Outputs => {
  begin(engine, input);
  const { atMs } = engine.now;
  const deciding = engine.follow === undefined;
  shedAsWanted(engine);
  let turned = false;
  switch (input.kind) {
    case 'schema':
      engine.graph.learn(input.schema, atMs);
      engine.checks.learn(input.schema, engine.watch.learn(input.schema, atMs));
      engine.kpis.learn(input.schema, hash64(input.schema.probe));
      engine.slos.learn(input.schema);
      engine.sources.learn(input.schema);
      break;
    case 'frame':
      turned = detect(engine, input);
      break;
    case 'event':
      engine.changes.push({ ...input.event, timeMs: input.event.timeMs ?? atMs });
      if (engine.changes.length > 256) engine.changes.shift();
      released(engine, input.event);
      break;
    case 'business':
      engine.payments.take(input.batch, atMs);
      break;
    case 'flag':
      if (deciding) flagReported(engine, input.report);
      break;
    case 'command':
      if (deciding) {
        obeyIncident(engine, input.command);
        obeyAction(engine, input.command);
      }
      break;
  }
  if (due(engine, turned)) judge(engine, deciding);
  if (input.kind === 'early' && deciding) hasten(engine, input.frame);
  if (deciding) renew(engine);
  for (const decision of engine.follow?.get(input.seq) ?? []) apply(engine, decision);
  return engine.out;
};

/** What a new version or configuration of a service is like may be learned faster. */
const released = ({ watch, now }: Engine, { kind, service }: ChangeEvent): void => {
  if ((kind !== 'deploy' && kind !== 'config') || service === undefined) return;
  for (const { index } of watch.places.of(service)) watch.bank.release(index, now.atMs);
};

const detect = (engine: Engine, { frame }: Extract<Input, { kind: 'frame' }>): boolean => {
  engine.sources.hear(frame, engine.now.atMs);
  // Foreign senders have instants of their own between the ticks, and a host's clock may be wrong: neither may move the engine's.
  const tickMs = tickOf(engine.watch.probes.values(), frame.probe, frame.timeMs, engine.now.atMs);
  // A new tick begins: the one before is judged first, complete or not.
  if (tickMs > engine.tickMs && tickMs <= engine.now.atMs + aheadMsMax) {
    if (!engine.judged) judge(engine, engine.follow === undefined);
    engine.tickMs = tickMs;
    engine.reported = new Set();
    engine.awaited = new Set(engine.watch.probes.keys());
    engine.judged = false;
  }
  const bulk = isBulk(engine.watch.probes.get(frame.probe), frame.timeMs, engine.now.atMs);
  const turned = engine.watch.push(frame, engine.now.atMs);
  if (turned === undefined) return false;
  engine.checks.rushing.take(frame.schema, engine.watch);
  engine.kpis.push(frame.schema, frame.probe, tickMs, frame.values, frame.first, bulk);
  engine.slos.push(frame);
  if (tickMs === engine.tickMs) engine.reported.add(frame.probe);
  else if (!engine.reported.has(frame.probe)) engine.awaited.add(frame.probe);
  return turned;
};

/** A tick that was judged without all that is awaited is judged once more when the last of them has come: whoever is late may be in trouble. */
const due = (engine: Engine, turned: boolean): boolean => {
  if (engine.judged) return turned || (engine.awaited.size > 0 && isComplete(engine));
  return engine.now.atMs >= engine.tickMs + slotMs || isComplete(engine);
};

/** Whether all who are alive have told of the present tick. */
const isComplete = ({ awaited, reported, watch, now }: Engine): boolean => {
  for (const hash of awaited) {
    const probe = watch.probes.get(hash);
    if (probe !== undefined && now.atMs - probe.seenMs <= aliveMs && !reported.has(hash)) return false;
    awaited.delete(hash);
  }
  return true;
};

/** What half a tick more puts beyond doubt opens its incident now: its cause is what the ticks so far show, and the next one looks again. */
const hasten = (engine: Engine, frame: Frame): void => {
  const known = new Set(engine.files.keys());
  correlate(engine, lookEarly(engine, frame));
  const opened = [...engine.files.values()].filter(({ id }) => !known.has(id));
  if (opened.length === 0) return;
  for (const file of opened) diagnose(engine, file);
  act(engine);
};

/** One look at everything, once a tick, and again for late frames: each that changes the picture, and the last. */
const judge = (engine: Engine, deciding: boolean): void => {
  const { atMs } = engine.now;
  engine.judged = true;
  engine.out.evaluated = true;
  engine.sources.look(atMs, engine.tickMs);
  engine.kpis.settle(engine.sources.awaitedFrom(atMs, waitMsMax));
  engine.slos.moveTo(engine.tickMs);
  // Whose frames are still on a slow bus is late, not silent.
  if (!engine.sources.isUnsettled(atMs)) engine.watch.silence(engine.tickMs);
  engine.checks.look(engine.tickMs);
  noteWork(engine);
  const stirring = openers(engine);
  for (const file of engine.files.values()) {
    observe(engine, file, stirring);
    accumulate(engine, file);
  }
  if (deciding) {
    correlate(engine, stirring);
    burn(engine);
    tellChecks(engine);
    tellSources(engine);
    for (const file of [...engine.files.values()]) {
      diagnose(engine, file);
      follow(engine, file);
      account(engine, file);
      reconcile(engine, file);
    }
    act(engine);
  }
  if (atMs - engine.prunedMs < pruneMs) return;
  engine.prunedMs = atMs;
  engine.graph.prune(atMs);
  engine.watch.prune(atMs);
  engine.payments.prune(atMs);
  engine.checks.prune(engine.watch);
  engine.sources.prune(atMs);
};
