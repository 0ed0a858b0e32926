// The store's door: open, migrate, named reads.
export * from './client.ts';
export * from './migrations.ts';
export * from './reads.ts';
export * from './rollups.ts';
