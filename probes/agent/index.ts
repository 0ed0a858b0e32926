// The host agent's door.
export { listMetrics } from './list.ts';
export { run } from './main.ts';
