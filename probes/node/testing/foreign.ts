// An app that is none of ours: a folder outside the repository, with the packed probe and express installed by npm.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = new URL('../../..', import.meta.url).pathname;
const PROBE = 'probes/node';

type Locked = {
  readonly version?: string;
  readonly resolved?: string;
  readonly dependencies?: Record<string, string>;
  readonly peerDependencies?: Record<string, string>;
  readonly peerDependenciesMeta?: Record<string, { readonly optional?: boolean }>;
  readonly devDependencies?: Record<string, string>;
};
type Lock = { readonly packages: Record<string, Locked> };

/** As Node resolves: the nearest node_modules upwards that has it. */
const placeOf = (lock: Lock, from: string, name: string): string | undefined => {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/')))) {
    const place = `${at === '' ? '' : `${at}/`}node_modules/${name}`;
    if (lock.packages[place] !== undefined) return place;
    if (at === '') return undefined;
  }
};

/** The part of our lock file that `names` and the probe's own dependencies need: npm then asks the registry nothing but tarballs. */
const lockFor = (lock: Lock, names: readonly string[], tarball: string): object => {
  const packages: Record<string, object> = {};
  const add = (from: string, name: string): void => {
    const place = placeOf(lock, from, name);
    const locked = place === undefined ? undefined : lock.packages[place];
    // What is not in our lock is an optional peer that we have not either.
    if (place === undefined || locked === undefined || place in packages) return;
    const url = `https://registry.npmjs.org/${name}/-/${name.split('/').pop()}-${locked.version}.tgz`;
    const { devDependencies: _, ...kept } = locked;
    packages[place.replace(`${PROBE}/`, 'node_modules/@fenghuo/probe/')] = {
      ...kept,
      resolved: locked.resolved ?? url,
    };
    for (const next of Object.keys({ ...locked.dependencies, ...locked.peerDependencies })) add(place, next);
  };
  for (const name of names) add('', name);
  const probe = lock.packages[PROBE];
  for (const name of Object.keys(probe?.dependencies ?? {})) add(PROBE, name);
  return {
    name: 'foreign',
    lockfileVersion: 3,
    requires: true,
    packages: {
      '': { name: 'foreign', dependencies: dependencies(lock, names, tarball) },
      'node_modules/@fenghuo/probe': {
        version: probe?.version,
        resolved: `file:${tarball}`,
        dependencies: probe?.dependencies,
      },
      ...packages,
    },
  };
};

const dependencies = (lock: Lock, names: readonly string[], tarball: string): Record<string, string> => ({
  '@fenghuo/probe': `file:${tarball}`,
  ...Object.fromEntries(names.map((name) => [name, lock.packages[`node_modules/${name}`]?.version ?? '*'])),
});

export type ForeignApp = {
  readonly folder: string;
  /** Writes a file of the app; answers its path. */
  write(name: string, text: string): string;
  remove(): void;
};

/** Builds and packs the probe, installs it with `names` from npm's cache, else the registry. Throws with npm's words where neither has them. */
export const installForeignApp = (names: readonly string[]): ForeignApp => {
  const folder = mkdtempSync(join(tmpdir(), 'fenghuo-foreign-'));
  const npm = (cwd: string, ...args: readonly string[]): string =>
    execFileSync('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd,
      encoding: 'utf8',
      // An npm that runs this test hands its own settings down by the environment.
      env: Object.fromEntries(Object.entries(process.env).filter(([key]) => !key.startsWith('npm_'))),
    });
  npm(root, 'run', 'build', '--workspace=@fenghuo/probe');
  const packed: unknown = JSON.parse(npm(join(root, PROBE), 'pack', '--json', '--pack-destination', folder));
  const tarball = /"filename":"([^"]+)"/.exec(JSON.stringify(packed))?.[1];
  if (tarball === undefined) throw new Error('npm pack made nothing');
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock;
  const app: ForeignApp = {
    folder,
    write: (name, text) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
  app.write(
    'package.json',
    JSON.stringify({ name: 'foreign', private: true, dependencies: dependencies(lock, names, tarball) }),
  );
  app.write('package-lock.json', JSON.stringify(lockFor(lock, names, tarball)));
  npm(folder, 'ci', '--prefer-offline', '--ignore-scripts');
  return app;
};
