// The platform's own rules for Fenghuo, written for the names and ports of this run: what traffic alone cannot tell.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { config } from './config.ts';
import { objectives } from './rules/objectives.ts';
import { playbooks } from './rules/playbooks.ts';
import { topology } from './rules/topology.ts';

/** Writes the rules into the data folder and answers where; `up` hands the folder to the engine. */
export const prepare = (env: Readonly<Record<string, string | undefined>>): { readonly rulesDir: string } => {
  const platform = config(env);
  const rulesDir = join(platform.data, 'rules');
  mkdirSync(rulesDir, { recursive: true });
  writeFileSync(join(rulesDir, 'topology.yaml'), topology(platform));
  writeFileSync(join(rulesDir, 'playbooks.yaml'), playbooks(platform));
  writeFileSync(join(rulesDir, 'objectives.yaml'), objectives(platform));
  rmSync(join(rulesDir, 'switch-payment-channel.yaml'), { force: true });
  return { rulesDir };
};
