// The bench's commands, as the command line and the benchmarks load them.
export { detectCommand } from '../detect/command.ts';
export { accuracyCommand } from './accuracy-command.ts';
export { confidenceCommand } from './confidence-command.ts';
export { diagnoseCase, diagnoseCommand } from './diagnose-command.ts';
export { evalCommand } from './eval-command.ts';
export { generatedCommand } from './generated/command.ts';
