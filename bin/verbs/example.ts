// The example's own door: its code is no dependency of the command, so it is loaded from the bundle by name.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { OpsError } from '@fenghuo/kit';

/** The bundled file of an example, such as `main` or `chaos`; throws OpsError `service_missing`. */
export const exampleFile = (example: string, file: string): string => {
  if (!/^[a-z0-9-]+$/.test(example)) throw new OpsError('usage', `no example is called "${example}"`);
  const path = join(process.env.FENGHUO_BUNDLE ?? '', 'examples', example, `${file}.mjs`);
  if (existsSync(path)) return path;
  throw new OpsError('service_missing', `examples/${example}/${file}.ts is not there`);
};

/** Runs the takeaway example's chaos command; returns its exit code. */
export const chaos = async (args: readonly string[], out: (line: string) => void): Promise<number> => {
  const module: { chaosCommand?: (args: readonly string[], out: (line: string) => void) => Promise<number> } =
    await import(pathToFileURL(exampleFile('takeaway', 'chaos')).href);
  if (module.chaosCommand === undefined) throw new OpsError('service_missing', 'the example has no chaosCommand');
  return await module.chaosCommand(args, out);
};

/** Lets an example write its rules for this run; answers their folder. */
export const prepareExample = async (
  example: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string> => {
  const module: { prepare?: (env: Readonly<Record<string, string | undefined>>) => { readonly rulesDir: string } } =
    await import(pathToFileURL(exampleFile(example, 'prepare')).href);
  if (module.prepare === undefined)
    throw new OpsError('service_missing', `examples/${example}/prepare.ts has no prepare`);
  return module.prepare(env).rulesDir;
};
