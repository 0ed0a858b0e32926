// Case folders from disk: the only file of the accuracy bench that reads one.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseCase, parseTruth, type RecordedCase, type Truth } from './case.ts';

export const readCase = (folder: string): RecordedCase =>
  parseCase(
    readFileSync(path.join(folder, 'case.json'), 'utf8'),
    readFileSync(path.join(folder, 'metrics.csv'), 'utf8'),
  );

export const readTruth = (folder: string): Truth => parseTruth(readFileSync(path.join(folder, 'truth.json'), 'utf8'));

/** Folders under `dir` that hold a case with its truth, in the order of their paths. */
export const scoredCases = (dir: string): string[] => {
  if (existsSync(path.join(dir, 'case.json'))) return existsSync(path.join(dir, 'truth.json')) ? [dir] : [];
  return readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => path.join(dir, entry.name))
    .sort()
    .flatMap(scoredCases);
};
