// The catalogue's rows as values: read from YAML, checked, each name once. For Node only; the browser has classify.ts.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';
import { metricClasses, valueKinds } from '../contract/index.ts';

export const metricEntry = z.strictObject({
  /** OpenTelemetry's name where it has one, else named after its manner. */
  name: z.string().regex(/^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$/),
  /** UCUM: s, By, 1, {request}… */
  unit: z.string().regex(/^(s|By|1|bit|\{[a-z_]+\})$/),
  /** A histogram is reported as count, mean, quantiles and maximum. */
  kind: z.enum([...valueKinds, 'histogram']),
  class: z.enum(metricClasses),
  /** In which direction it is trouble; `both` where only a departure from the usual tells. */
  bad: z.enum(['up', 'down', 'both']),
  /** The host agent, the node probe, or an application of its own accord. */
  source: z.enum(['host', 'node', 'app']),
  /** One of OpenTelemetry's semantic conventions. */
  otel: z.boolean().default(false),
  en: z.string().min(4),
  zh: z.string().min(2),
});
export type MetricEntry = Readonly<z.infer<typeof metricEntry>>;

export const catalogFile = fileURLToPath(new URL('catalog.yaml', import.meta.url));

/** The rows of these files, in their order; throws an Error that names file and row where one is wrong or stands twice. */
export const readCatalog = (files: readonly string[] = [catalogFile]): readonly MetricEntry[] => {
  const seen = new Set<string>();
  return files.flatMap((file) =>
    z
      .array(z.unknown())
      .parse(parse(readFileSync(file, 'utf8')))
      .map((row, i) => {
        const entry = metricEntry.safeParse(row);
        if (!entry.success) throw new Error(`${file}, row ${i + 1}: ${z.prettifyError(entry.error)}`);
        if (seen.has(entry.data.name)) throw new Error(`${file}, row ${i + 1}: ${entry.data.name} stands twice`);
        seen.add(entry.data.name);
        return entry.data;
      }),
  );
};
