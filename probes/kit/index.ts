// What every service needs to run. Every service is itself probed, so every service imports the kit.
export * from './bus.ts';
export * from './clock.ts';
export * from './config.ts';
export * from './error.ts';
export * from './health.ts';
export * from './lifecycle.ts';
export * from './log.ts';
export * from './priority.ts';
export * from './rng.ts';
export * from './self.ts';
export * from './streams.ts';
