#!/usr/bin/env node
import { createHash } from 'node:crypto';
// The command `fenghuo`: bundles the TypeScript sources once per change (plain Node runs them), then hands over to main.ts.
import {
  existsSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`fenghuo needs Node 20.19 or newer; this is ${process.version}\n`);
  process.exit(3);
}
const root = dirname(dirname(realpathSync(fileURLToPath(import.meta.url))));
const cache = join(root, 'node_modules', '.cache', 'fenghuo');
const folders = ['rules', 'probes', 'collector', 'analyzer', 'console', 'examples', 'bench', 'bin'];

const sources = [];
const walk = (folder) => {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!/^(node_modules|dist|web|\..*)$/.test(entry.name)) walk(path);
    } else if (/\.(ts|mjs|json)$/.test(entry.name) && !/\.test\.ts$/.test(entry.name)) sources.push(path);
  }
};
for (const folder of folders) if (existsSync(join(root, folder))) walk(join(root, folder));
const hash = createHash('sha256').update(root).update(process.version);
for (const path of sources.sort()) {
  const { mtimeMs, size } = statSync(path);
  hash.update(`${path}:${mtimeMs}:${size}\n`);
}
const out = join(cache, hash.digest('hex').slice(0, 16));

/** `@fenghuo/x/y` → its source file; undefined where it is not there (yet). */
const sourceOf = (specifier) => {
  const [, name, rest] = /^@fenghuo\/([^/]+)(.*)$/.exec(specifier) ?? [];
  const manifest = join(root, 'node_modules', '@fenghuo', name ?? '', 'package.json');
  if (!existsSync(manifest)) return undefined;
  const target = JSON.parse(readFileSync(manifest, 'utf8')).exports?.[`.${rest}`]?.['@fenghuo/source'];
  const path = target && join(realpathSync(dirname(manifest)), target);
  return path && existsSync(path) ? path : undefined;
};
const workspaces = {
  name: 'workspaces',
  setup(build) {
    build.onResolve({ filter: /^@fenghuo\// }, ({ path }) => {
      const source = sourceOf(path);
      return source ? { path: source } : { path, namespace: 'missing' };
    });
    build.onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
      kind === 'entry-point' ? undefined : { path, external: true },
    );
    build.onLoad({ filter: /.*/, namespace: 'missing' }, ({ path }) => ({
      contents: `throw Object.assign(new Error(${JSON.stringify(`${path} is not part of this build`)}), { code: 'service_missing' });`,
    }));
    // A module that looks for files beside itself must find them where its source lies, not beside the bundle.
    build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      if (!text.includes('import.meta.url')) return undefined;
      return { contents: text.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)), loader: 'ts' };
    });
  },
};

/** What the verbs load by name: a workspace that is not there yet costs its own verb, not the build. */
const doors = ['collector', 'analyzer', 'analyzer/bench', 'console', 'agent', 'bench'].map(
  (name) => `@fenghuo/${name}`,
);

const bundle = async () => {
  const { build, stop } = await import('esbuild');
  const started = Date.now();
  const making = `${out}.${process.pid}`;
  const found = Object.fromEntries(doors.map((name) => [name, sourceOf(name)]).filter(([, source]) => source));
  const entryPoints = [
    'bin/main.ts',
    ...Object.values(found),
    'probes/node/register.ts',
    ...sources.filter((path) => path.startsWith(join(root, 'examples'))),
  ]
    .map((path) => (path.startsWith('/') ? path.slice(root.length + 1) : path))
    .filter((path, i, all) => path.endsWith('.ts') && existsSync(join(root, path)) && all.indexOf(path) === i);
  await build({
    absWorkingDir: root,
    entryPoints,
    outbase: '.',
    outdir: making,
    bundle: true,
    splitting: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    outExtension: { '.js': '.mjs' },
    sourcemap: 'linked',
    sourcesContent: false,
    logLevel: 'error',
    plugins: [workspaces],
  });
  const built = Object.entries(found).map(([name, path]) => [
    name,
    path.slice(root.length + 1).replace(/\.ts$/, '.mjs'),
  ]);
  writeFileSync(join(making, 'workspaces.json'), JSON.stringify(Object.fromEntries(built)));
  // Its helper process would otherwise stay for as long as we run.
  stop();
  // Two processes may bundle at once: whoever is second finds the folder there and leaves its own.
  try {
    renameSync(making, out);
  } catch {
    rmSync(making, { recursive: true, force: true });
  }
  const old = readdirSync(cache)
    .map((name) => join(cache, name))
    .filter((path) => path !== out && statSync(path).mtimeMs < started - 3_600_000);
  for (const path of old) rmSync(path, { recursive: true, force: true });
};

if (!existsSync(join(out, 'bin/main.mjs'))) {
  try {
    await bundle();
  } catch (error) {
    process.stderr.write(`fenghuo: the sources cannot be bundled: ${error instanceof Error ? error.message : error}\n`);
    process.exit(3);
  }
}
process.env.FENGHUO_BUNDLE = out;
process.env.FENGHUO_ROOT = root;
await import(pathToFileURL(join(out, 'bin/main.mjs')).href);
