// What interfaces name and no engine stands behind yet: said so, rather than answered with something made up.
import { problem } from '../problem.ts';
import type { Routes } from './parts.ts';

/** Also marked in the OpenAPI document; a route leaves this list when it becomes real. */
export const unbuilt = [
  ['get', '/api/v1/canaries', 'Canary verdicts'],
  ['post', '/api/v1/canaries', 'Judge a canary'],
  ['post', '/api/v1/playbooks', 'Change playbooks; they are read from rule files, checked by `fenghuo rules check`'],
] as const;

export const laterRoutes: Routes = (app) => {
  for (const [method, path, what] of unbuilt)
    app[method](path, (_request, response) =>
      problem(response, 501, 'not built yet', `${what}: no engine stands behind this yet`),
    );
};
