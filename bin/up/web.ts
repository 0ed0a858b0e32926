// The console's web app, built when its sources changed and not otherwise.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { OpsError } from '@fenghuo/kit';
import type { Status } from './status.ts';

/** Builds `console/web` into `console/web/dist`; does nothing where it is up to date. Throws OpsError `build_failed`. */
export const buildWeb = async (status: Status): Promise<void> => {
  const root = process.env.FENGHUO_ROOT ?? '.';
  const web = join(root, 'console', 'web');
  if (!existsSync(join(web, 'index.html'))) return;
  const from = status.now();
  const hash = sourceHash([web, join(root, 'rules', 'contract')]);
  const mark = join(web, 'dist', '.sources');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === hash) return;
  await promisify(execFile)(process.execPath, [join(root, 'node_modules', 'vite', 'bin', 'vite.js'), 'build', 'web'], {
    cwd: join(root, 'console'),
  }).catch((cause: unknown) => {
    throw new OpsError('build_failed', 'the web console could not be built', {
      help: 'Run: cd console && npx vite build web',
      cause,
    });
  });
  writeFileSync(mark, hash);
  status.ready('web app', 'built', from);
};

const sourceHash = (folders: readonly string[]): string => {
  const hash = createHash('sha256');
  const walk = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (entry.name !== 'dist' && entry.name !== 'node_modules') walk(path);
      } else if (!entry.name.includes('.test.')) {
        const { size, mtimeMs } = statSync(path);
        hash.update(`${path}:${size}:${mtimeMs}\n`);
      }
    }
  };
  for (const folder of folders) walk(folder);
  return hash.digest('hex');
};
