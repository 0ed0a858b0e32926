// The host agent's door.
export { agentCommand, listMetrics } from './list.ts';
export { run } from './main.ts';
