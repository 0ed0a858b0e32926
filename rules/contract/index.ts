// Everything that two workspaces agree on: one import, safe for the browser (no node: module, nothing of ours).
export * from './action.ts';
export * from './anomaly.ts';
export * from './credentials.ts';
export * from './decision.ts';
export * from './fault.ts';
export * from './flag.ts';
export * from './frame.ts';
export * from './identity.ts';
export * from './incident.ts';
export * from './input.ts';
export * from './limits.ts';
export * from './live.ts';
export * from './project.ts';
export * from './rulebook.ts';
export * from './schema.ts';
export * from './silence.ts';
export * from './subjects.ts';
