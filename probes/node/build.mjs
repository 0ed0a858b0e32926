// Builds what npm publishes: our own code inlined, npm packages left as dependencies.
import { writeFileSync } from 'node:fs';
import { build } from 'esbuild';

const here = new URL('.', import.meta.url).pathname;
await build({
  absWorkingDir: here,
  entryPoints: ['index.ts', 'register.ts'],
  outdir: 'dist',
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  outExtension: { '.js': '.mjs' },
  conditions: ['@fenghuo/source'],
  // Everything but our own workspaces, which are inlined.
  external: ['@nats-io/*', '@opentelemetry/*'],
  logLevel: 'warning',
});
const types = `export declare const degrade: {
  readonly flag: (key: string, own: string) => string;
  readonly onChange: (fn: (key: string, value: string) => void) => () => void;
};
export declare const business: {
  readonly tell: (event: {
    readonly kind: 'payment';
    readonly step: 'requested' | 'confirmed' | 'failed' | 'charged' | 'refunded';
    readonly subject: string;
    readonly ref: string;
    readonly amount: number;
    readonly party?: string;
  }) => void;
};
`;
writeFileSync(`${here}dist/index.d.ts`, types);
