// Real parts under supervision: NATS, ClickHouse and any program of ours.
export * from './check.ts';
export * from './clickhouse.ts';
export * from './credentials.ts';
export * from './nats.ts';
export * from './program.ts';
