// The engine's door for benches that feed it in stream time: the same step that runs live, without bus, clock or disk,
// and the reader that makes its inputs of a stream.

export { createEngine, type Engine } from './engine.ts';
export { type Input, parseInput } from './input.ts';
export { step } from './pipeline.ts';
export { createResolver, readStream } from './read.ts';
