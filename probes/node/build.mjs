// Builds what npm publishes: our own code inlined, npm packages left as dependencies.
import { execFileSync } from 'node:child_process';
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
execFileSync(process.execPath, [
  '-e',
  `require('fs').writeFileSync('${here}dist/index.d.ts', "export declare const degrade: {\\n  readonly flag: (key: string, own: string) => string;\\n  readonly onChange: (fn: (key: string, value: string) => void) => () => void;\\n};\\n")`,
]);
