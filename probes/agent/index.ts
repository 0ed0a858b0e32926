// The host agent's door.
export { listMetrics } from './list.ts';
export { agentCommand, run } from './main.ts';
