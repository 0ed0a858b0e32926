// Stored series: which there are, and their figures over a bounded stretch of time, out of raw samples or rollups.
import { rollupPoints, type SeriesRow, seriesMatching, seriesPoints } from '@fenghuo/collector/store';
import { z } from 'zod';
import { problem } from '../problem.ts';
import { parsed, type Routes } from './parts.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const SPAN_MS_MAX = 400 * DAY_MS;
const matchQuery = z.strictObject({
  /** Part of a metric, service or callee; upper and lower case are the same. */
  match: z.string().min(1).max(256),
  limit: z.coerce.number().int().min(1).max(1_000).default(200),
});
const seriesName = z.string().regex(/^[0-9a-f]{16}$/, '16 hexadecimal digits');
const instant = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));
export const seriesQuery = z
  .strictObject({
    series: z.array(seriesName).min(1).max(20),
    from: instant,
    to: instant,
    /** Points a series at most. */
    points: z.number().int().min(1).max(2_000).default(600),
  })
  .refine(({ from, to }) => from < to, { message: 'must be after from', path: ['to'] })
  .refine(({ from, to }) => to - from <= SPAN_MS_MAX, { message: 'at most 400 days after from', path: ['to'] });

/** Raw while it is kept and short enough to read, then minutes, then hours; the step is a multiple of what the source has. */
export const sourceOf = (
  fromMs: number,
  toMs: number,
  points: number,
  nowMs: number,
): { readonly source: 'raw' | 'minute' | 'hour'; readonly stepMs: number } => {
  const span = toMs - fromMs;
  const isRaw = span <= 6 * HOUR_MS && nowMs - fromMs <= 47 * HOUR_MS;
  const source = isRaw ? 'raw' : nowMs - fromMs <= 29 * DAY_MS ? 'minute' : 'hour';
  const least = { raw: 1_000, minute: 60_000, hour: HOUR_MS }[source];
  return { source, stepMs: Math.max(1, Math.ceil(span / points / least)) * least };
};

/** The store counts series in decimal; everywhere else they have 16 hexadecimal digits. */
const nameOf = (decimal: string): string => BigInt(decimal).toString(16).padStart(16, '0');
const numberOf = (name: string): string => BigInt(`0x${name}`).toString();
const view = ({ series, stat, ...rest }: SeriesRow) => ({
  id: nameOf(series),
  stat: stat === '' ? null : stat,
  ...rest,
});

export const seriesRoutes: Routes = (app, { state, store, clock, log }, { read }) => {
  const asked = async <T>(answer: Promise<T>): Promise<T | undefined> =>
    answer.catch((error: unknown) => {
      log.warn({ err: error }, 'the store did not answer');
      return undefined;
    });
  const silent = 'ClickHouse does not answer; incidents and the live view do not need it';
  app.get('/api/v1/slos', (_request, response) => void response.json({ items: state.graph?.slos ?? [] }));
  app.get('/api/v1/checks', (_request, response) => void response.json({ items: state.graph?.checks ?? [] }));
  // Who tells all, and who says nothing and why: absent until the analyzer has spoken.
  app.get('/api/v1/watermarks', (_request, response) => {
    if (state.graph === undefined) return problem(response, 503, 'no word yet', 'the analyzer has not spoken yet');
    response.json({ atMs: state.graph.atMs, ...state.graph.sources });
  });
  // What will reach its bound if it goes on like this, soonest first.
  app.get('/api/v1/forecasts', (_request, response) => {
    const drifts = (state.graph?.checks ?? []).filter(({ kind }) => kind === 'drift');
    response.json({ items: drifts.toSorted((a, b) => (a.boundMs ?? 0) - (b.boundMs ?? 0)) });
  });
  app.get('/api/v1/graph', (_request, response) => {
    response.json(state.graph ?? { v: 1, atMs: clock.now(), nodes: [], edges: [], kpis: [], slos: [], checks: [] });
  });
  app.get('/api/v1/series', async (request, response) => {
    const query = parsed(response, matchQuery, request.query, 'bad query');
    if (query === undefined) return;
    const rows = await asked(seriesMatching(store, query.match, query.limit));
    if (rows === undefined) return problem(response, 503, 'no history', silent);
    response.json({ items: rows.map(view) });
  });
  app.post('/api/v1/query', ...read, async (request, response) => {
    const query = parsed(response, seriesQuery, request.body, 'not a query');
    if (query === undefined) return;
    const { series, from, to, points } = query;
    const { source, stepMs } = sourceOf(from, to, points, clock.now());
    const one = async (name: string) => {
      const id = numberOf(name);
      const found =
        source === 'raw'
          ? await seriesPoints(store, id, from, to, Math.ceil((to - from) / stepMs))
          : await rollupPoints(store, id, from, to, source, stepMs);
      return {
        series: name,
        points: found.map(({ t, ...figures }) => ({ at: new Date(t).toISOString(), ...figures })),
      };
    };
    const all = await asked(Promise.all(series.map(one)));
    if (all === undefined) return problem(response, 503, 'no history', silent);
    response.json({ from: new Date(from).toISOString(), to: new Date(to).toISOString(), source, stepMs, series: all });
  });
};
