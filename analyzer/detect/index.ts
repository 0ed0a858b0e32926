// What other workspaces use of the detectors: the bank, recorded series, the command.

export type { SeriesMeta } from '../types.ts';
export { BATCH, type BankOptions, bankDefaults, DetectorBank } from './bank.ts';
export { detectCommand, detectTable, parseTable, type Table } from './command.ts';
export { bytesPerSeries } from './record.ts';
export { runJoint, runSingle, type Verdict } from './run.ts';
export { seasonBytes } from './season.ts';
