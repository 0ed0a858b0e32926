// How far the data of each source and of the way that it takes have come: low watermarks in event time against the stream's own time
// (Akidau et al., MillWheel, VLDB 2013; The Dataflow Model, VLDB 2015). A source whose way is slow is late, not silent.
import { limits } from '@fenghuo/rules/contract';

/** Later than a source usually is by more than this is late: what the platform promises of its own lag. */
const LATE_MS = 2_000;
/** Weights of the running delay and its deviation, and how many deviations are usual: RFC 6298's, for the same question. */
const DELAY_GAIN = 1 / 8;
const DEVIATION_GAIN = 1 / 4;
const DEVIATIONS = 4;
/** What is late for minutes on end, as after a step of its clock, becomes usual. */
const LATE_GAIN = 1 / 256;
/** Steps that a source may miss, and what a bus that is well may hold up beside. */
const STEPS_MISSED = 3;
const SILENT_MS = STEPS_MISSED * limits.tickMs + LATE_MS;
/** Frames after which it is known how often a source speaks. */
const KNOWN_FRAMES = 10;
/** So long after a way is quick again, others may still have to catch up. */
const SETTLE_MS = STEPS_MISSED * limits.tickMs;

/** What many sources share on their way: a partition of the bus, or a sender that the collector takes in. */
export type Way = {
  readonly name: string;
  /** Stream time of the last frame in time, and of the last that was late; -1 before the first. */
  inTimeMs: number;
  lateMs: number;
  isSlow: boolean;
  /** Since when it is slow, or was the last time, and when it was quick again; -1 before the first time. */
  slowSinceMs: number;
  quickMs: number;
  /** Of the sources that were heard when it turned slow: how many, and how many have been in time since. */
  heard: number;
  back: number;
};

export type Source = {
  readonly id: string;
  readonly way: Way;
  service: string | undefined;
  host: string | undefined;
  /** Event time up to which it has told everything, and stream time at which it did; -1 before the first frame. */
  watermarkMs: number;
  heardMs: number;
  inTimeMs: number;
  /** How often it speaks, and how late its frames usually are: their delay and its deviation. */
  stepMs: number;
  delayMs: number;
  deviationMs: number;
  frames: number;
};

export const wayOf = (name: string): Way => ({
  name,
  inTimeMs: -1,
  lateMs: -1,
  isSlow: false,
  slowSinceMs: -1,
  quickMs: -1,
  heard: 0,
  back: 0,
});

export const sourceOf = (id: string, way: Way): Source => ({
  id,
  way,
  service: undefined,
  host: undefined,
  watermarkMs: -1,
  heardMs: -1,
  inTimeMs: -1,
  stepMs: limits.tickMs,
  delayMs: 0,
  deviationMs: 0,
  frames: 0,
});

/** Whether a frame was late by its source's own measure, which it moves. */
const isLate = (of: Source, delayMs: number): boolean => {
  if (of.frames === 0) {
    of.delayMs = delayMs;
    of.deviationMs = Math.abs(delayMs) / 2;
    return false;
  }
  const off = delayMs - of.delayMs;
  // What has been quicker can be: a backlog that a source began with says nothing of its pace.
  if (off < 0) {
    of.delayMs += off / 2;
    of.deviationMs -= DEVIATION_GAIN * of.deviationMs;
    return false;
  }
  const late = off > DEVIATIONS * of.deviationMs + LATE_MS;
  const [delayGain, deviationGain] = late ? [LATE_GAIN, LATE_GAIN] : [DELAY_GAIN, DEVIATION_GAIN];
  of.deviationMs += deviationGain * (off - of.deviationMs);
  of.delayMs += delayGain * off;
  return late;
};

/**
 * A frame of a source has come.
 * @param timeMs its tick  @param atMs stream time of its arrival
 * @param all every source: looked through only where the way turns slow
 */
export const hear = (of: Source, timeMs: number, atMs: number, all: () => Iterable<Source>): void => {
  const { way } = of;
  const gapMs = atMs - of.heardMs;
  const late = isLate(of, atMs - timeMs);
  // The gap that a slow way made says nothing of how often the source speaks.
  if (of.heardMs >= 0 && !late && way.quickMs < of.heardMs)
    of.stepMs = Math.max(
      limits.tickMs,
      gapMs > of.stepMs && of.frames < KNOWN_FRAMES ? gapMs : of.stepMs + (gapMs - of.stepMs) / 16,
    );
  of.watermarkMs = Math.max(of.watermarkMs, timeMs);
  if (late) {
    way.lateMs = atMs;
    // Nobody was in time for so long, and those who come are late: it is the way that all of them share.
    if (!way.isSlow && way.inTimeMs >= 0 && atMs - way.inTimeMs > LATE_MS + of.stepMs) turnSlow(way, all);
  } else {
    if (way.isSlow) catchUp(of, atMs);
    way.inTimeMs = atMs;
    of.inTimeMs = atMs;
  }
  of.heardMs = atMs;
  of.frames++;
};

const turnSlow = (way: Way, all: () => Iterable<Source>): void => {
  way.isSlow = true;
  way.slowSinceMs = way.inTimeMs;
  way.heard = 0;
  way.back = 0;
  for (const one of all()) if (one.way === way && isHeard(one, way.inTimeMs)) way.heard++;
};

/** Quick again: half of those who were there are in time, or nobody has been late for longer than a source may be. */
const catchUp = (of: Source, atMs: number): void => {
  const { way } = of;
  if (of.inTimeMs <= way.slowSinceMs) way.back++;
  if (2 * way.back < way.heard && atMs - way.lateMs <= SILENT_MS) return;
  way.isSlow = false;
  way.quickMs = atMs;
};

/** For how long a source may say nothing while its way is quick. */
const patienceMs = (of: Source): number => STEPS_MISSED * of.stepMs + LATE_MS;

/** Whether it was last heard no longer ago than it may be; the time in which its way was slow does not count. */
export const isHeard = (of: Source, atMs: number): boolean =>
  atMs - Math.max(of.heardMs, of.way.quickMs) <= patienceMs(of);

/** Whether anything can be said of its silence yet. */
export const isKnown = (of: Source): boolean => of.frames >= KNOWN_FRAMES;

/** Whether a way is slow, or was so shortly before that some of its sources may still have to catch up. */
export const isUnsettled = ({ isSlow, quickMs }: Way, atMs: number): boolean =>
  isSlow || (quickMs >= 0 && atMs - quickMs <= SETTLE_MS);
