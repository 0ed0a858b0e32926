// Who sends, and what of it was refused: asked of the collector, with the console's own token.
import { sourcesOverview } from '@fenghuo/rules/contract';
import { problem } from '../problem.ts';
import type { Routes } from './parts.ts';

const ANSWER_MS_MAX = 3_000;

export const sourceRoutes: Routes = (app, { collectorUrl, adminToken, log }) => {
  app.get('/api/v1/sources', async (_request, response) => {
    try {
      const answer = await fetch(`${collectorUrl}/api/v1/sources`, {
        headers: { authorization: `Bearer ${adminToken ?? ''}` },
        signal: AbortSignal.timeout(ANSWER_MS_MAX),
      });
      if (!answer.ok) throw new Error(`${answer.status} from ${collectorUrl}`);
      response.json(sourcesOverview.parse(await answer.json()));
    } catch (error) {
      log.debug({ err: error }, 'the collector does not say who sends');
      problem(response, 502, 'no answer from the collector', `${collectorUrl} does not say; set FENGHUO_COLLECTOR_URL`);
    }
  });
};
