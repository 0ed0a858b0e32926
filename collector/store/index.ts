// The store's door: open, migrate, named reads.
export * from './chain.ts';
export * from './client.ts';
export * from './migrations.ts';
export * from './reads.ts';
export * from './rollups.ts';
