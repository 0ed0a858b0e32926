// A recorded case as the engine sees it: its columns as series, its rows as samples. Pure; the commands read the files.
import { z } from 'zod';

const caseShape = z.object({
  id: z.string(),
  dataset: z.string().default('unknown'),
  stepSeconds: z.number().positive(),
  columns: z.array(
    z.object({
      column: z.string(),
      service: z.string(),
      metric: z.string(),
      unit: z
        .string()
        .transform((u) => (u === 'percent' ? '%' : u))
        .optional(),
      instance: z.string().optional(),
      caller: z.string().optional(),
    }),
  ),
  edges: z.array(z.tuple([z.string(), z.string()])).default([]),
  anomalyStart: z.number().optional(),
  alarm: z.object({ service: z.string(), metric: z.string(), time: z.number() }).optional(),
  events: z.array(z.object({ time: z.number(), service: z.string(), kind: z.string(), what: z.string() })).default([]),
});
export type CaseHead = z.infer<typeof caseShape>;

const truthShape = z.object({ services: z.array(z.string()), fault: z.string().optional() });
export type Truth = z.infer<typeof truthShape>;

export type RecordedCase = CaseHead & {
  /** Epoch seconds, ascending. */
  readonly times: readonly number[];
  /** `values[c][row]` in the order of `columns`; NaN is missing. */
  readonly values: readonly Float64Array[];
};

/** Parses `case.json` and `metrics.csv`; throws where either is not in the format of interfaces.md. */
export const parseCase = (head: string, csv: string): RecordedCase => {
  const parsed = caseShape.parse(JSON.parse(head));
  const [first = '', ...rows] = csv.trim().split(/\r?\n/);
  const at = new Map(first.split(',').map((name, place) => [name, place]));
  const cells = rows.map((row) => row.split(','));
  return {
    ...parsed,
    times: cells.map((row) => Number(row[0])),
    values: parsed.columns.map(({ column }) => {
      const place = at.get(column);
      return Float64Array.from(cells, (row) => {
        const cell = place === undefined ? '' : (row[place] ?? '');
        return cell === '' ? Number.NaN : Number(cell);
      });
    }),
  };
};

export const parseTruth = (text: string): Truth => truthShape.parse(JSON.parse(text));
