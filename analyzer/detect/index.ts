// What other workspaces use of the detectors: the bank, recorded series, the command.
export { bankDefaults, DetectorBank } from './bank.ts';
export { bytesPerSeries } from './columns.ts';
export { detectCommand, detectTable, parseTable, type Table } from './command.ts';
export { runJoint, runSingle } from './run.ts';
export { seasonBytes } from './season.ts';
