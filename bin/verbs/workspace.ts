// Loads a workspace by name out of the bundle, so that one which is not built yet costs only its own verb.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { OpsError } from '@fenghuo/kit';
import { z } from 'zod';

/** The module that `specifier` (`@fenghuo/collector`) exports; throws OpsError `service_missing` where this build lacks it. */
export const workspace = async (specifier: string): Promise<object> => {
  const bundle = process.env.FENGHUO_BUNDLE ?? '';
  const list = join(bundle, 'workspaces.json');
  const known = existsSync(list) ? z.record(z.string(), z.string()).parse(JSON.parse(readFileSync(list, 'utf8'))) : {};
  const path = known[specifier];
  if (path === undefined) throw new OpsError('service_missing', `${specifier} is not part of this build`);
  return await import(pathToFileURL(join(bundle, path)).href);
};
