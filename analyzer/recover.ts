// Coming back after a crash: the log is followed over the telemetry that led to it, so the state is what it was; nothing is decided twice.
import { type Bus, OpsError } from '@fenghuo/kit';
import { type Decision, telemetryStream } from '@fenghuo/rules/contract';
import { apply, type Engine } from './engine.ts';
import { step } from './pipeline.ts';
import { type Resolver, readDecisions, readStream } from './read.ts';

const warmMs = 15 * 60_000;
const openWarmMsMax = 2 * 3_600_000;

export type Position = {
  /** Last sequence that was taken in; live goes on with the next. */
  readonly seq: number;
  /** Ids of decisions that are in the log already though they belong to later inputs. */
  readonly known: ReadonlySet<string>;
  readonly warmed: number;
};

/** Sequence that a decision of ours came from, by its id; undefined for those of the console. */
const ownSeq = (d: Decision, partition: number): number | undefined =>
  d.id.startsWith(`${partition}-`) ? d.seq : undefined;

/**
 * Brings a new engine to where the old one stood.
 * @param ackFloor last sequence acknowledged by the old one; undefined where there was none: then live begins at the stream's end.
 */
export const recover = async (
  bus: Bus,
  engine: Engine,
  resolve: Resolver,
  ackFloor: number | undefined,
): Promise<Position> => {
  const { partition } = engine.options;
  const stream = telemetryStream(partition);
  const { state } = await bus.jsm.streams.info(stream);
  const log = (await readDecisions(bus))
    .filter((d) => ownSeq(d, partition) !== undefined)
    .sort((a, b) => a.seq - b.seq);
  const lastDecided = log.at(-1)?.seq ?? 0;
  if (lastDecided > state.last_seq)
    throw new OpsError(
      'input_invalid',
      `the decision log knows sequence ${lastDecided}, ${stream} ends at ${state.last_seq}`,
      {
        help: 'The telemetry stream was made anew while the decision log was kept. Use a new data folder, or restore the stream.',
      },
    );
  // The last input that led to decisions may have been told by half: it is decided again, and what is in the log is not sent again.
  const seq = Math.min(state.last_seq, Math.max(ackFloor ?? state.last_seq, lastDecided - 1));
  const open = new Map<string, number>();
  for (const d of log) {
    if (d.type === 'incident.opened') open.set(d.incident, d.onsetMs);
    if (d.type === 'incident.state' && d.to === 'closed') open.delete(d.incident);
  }
  const at = seq < 1 ? undefined : await bus.jsm.streams.getMessage(stream, { seq }).catch(() => null);
  const atMs = at?.time.getTime() ?? 0;
  const fromMs = Math.max(
    Math.min(atMs - warmMs, ...[...open.values()].map((onset) => onset - 60_000)),
    atMs - openWarmMsMax,
    0,
  );
  engine.follow = new Map();
  for (const d of log) if (d.seq <= seq) engine.follow.set(d.seq, [...(engine.follow.get(d.seq) ?? []), d]);
  const unseen = log.filter((d) => d.seq <= seq);
  let warmed = 0;
  if (seq >= 1)
    for await (const message of readStream(bus, stream, { timeMs: fromMs }, seq)) {
      while (unseen.length > 0 && unseen[0]!.seq < message.seq) late(engine, unseen.shift()!);
      const inputs = await resolve(engine, message);
      if ('fault' in inputs) continue;
      // The decisions of a sequence are applied once, with its last input.
      const mine = engine.follow.get(message.seq);
      for (const [i, input] of inputs.entries()) {
        if (i < inputs.length - 1) engine.follow.delete(message.seq);
        else if (mine !== undefined) engine.follow.set(message.seq, mine);
        step(engine, input);
      }
      while (unseen.length > 0 && unseen[0]!.seq === message.seq) unseen.shift();
      engine.follow.delete(message.seq);
      warmed++;
    }
  for (const d of unseen) late(engine, d);
  engine.follow = undefined;
  return { seq, known: new Set(log.filter((d) => d.seq > seq).map((d) => d.id)), warmed };
};

/** A decision whose input is not read again. */
const late = (engine: Engine, d: Decision): void => {
  engine.follow?.delete(d.seq);
  apply(engine, d);
};
