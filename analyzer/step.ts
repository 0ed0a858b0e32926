// The engine's door for benches that feed it in stream time: the same step that runs live, without bus, clock or disk.

export { createEngine, type Engine } from './engine.ts';
export type { Input } from './input.ts';
export { step } from './pipeline.ts';
