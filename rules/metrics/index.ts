// The catalogue's rows for Node: read, checked, written down.
export * from './document.ts';
export * from './entries.ts';
