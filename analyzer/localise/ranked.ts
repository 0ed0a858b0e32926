// The whole answer to who began it, in the order in which its steps correct each other. Live incidents and recorded cases come this way.
import type { Evidence, Ranking, SeriesMeta } from '../types.ts';
import { overLinks } from './link.ts';
import { localise } from './localise.ts';
import { overHosts } from './neighbours.ts';
import { overReleases } from './release.ts';
import { defaults, type Settings } from './settings.ts';
import { overVolumes } from './volumes.ts';
import { overWays } from './way.ts';

/**
 * For so long after an onset a resource speaks only where the detectors call it anomalous: heaps, caches and queues of a busy process wander
 * within a minute, and of seconds alone nobody can tell a step from that.
 */
const WANDERS_MS = 60_000;

export const isMute = ({ class: of }: SeriesMeta, isAnomalous: boolean, sinceOnsetMs: number): boolean =>
  of === 'resource' && !isAnomalous && sinceOnsetMs < WANDERS_MS;

const speaking = (evidence: Evidence): Evidence => {
  const sinceMs = evidence.nowMs - evidence.onsetMs;
  const series = evidence.series.filter(({ meta, anomaly }) => !isMute(meta, anomaly !== undefined, sinceMs));
  return { ...evidence, series };
};

/** Parts of the band to which it is narrowed, one after the other, where nothing left it: what stays off its middle is still the best to name. */
const NARROWER = [2 / 3, 1 / 2, 1 / 3];

const ofBand = (evidence: Evidence, settings: Settings): Ranking => {
  const plain = localise(evidence, settings);
  for (const part of plain.suspects.length > 0 ? [] : NARROWER) {
    const faint = localise(evidence, { ...settings, zLeast: part * settings.zLeast });
    if (faint.suspects.length > 0) return { ...faint, margin: part * faint.margin };
  }
  return plain;
};

/** Entities by their own signs, then what only a link between two of them explains, then what a release explains, then what a full volume does, then what a
 * processor does that somebody else uses. */
export const ranked = (all: Evidence, settings: Settings = defaults): Ranking => {
  const evidence = speaking(all);
  const plain = ofBand(evidence, settings);
  const between = overWays(plain, evidence) ?? overLinks(plain, evidence);
  return overHosts(overVolumes(overReleases(between, evidence), evidence), evidence);
};
