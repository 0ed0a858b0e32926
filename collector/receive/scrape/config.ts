// What is scraped: a file in Prometheus' own words, the part of them that is understood here; every fault with its line.
import { readFileSync } from 'node:fs';
import { OpsError } from '@fenghuo/kit';
import { locate, plainOf, tell } from '@fenghuo/rules/place';
import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { receiveLimits } from '../limits.ts';
import { relabelRule } from './relabel.ts';

const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
/** `15s`, `1m30s`, as milliseconds. */
const duration = z.string().transform((text, context) => {
  if (!/^(?:\d+(?:ms|[smhd]))+$/.test(text)) {
    context.addIssue({ code: 'custom', message: `"${text}" is no duration such as 15s or 1m30s` });
    return z.NEVER;
  }
  return [...text.matchAll(/(\d+)(ms|[smhd])/g)].reduce(
    (all, [, n, unit = 'ms']) => all + Number(n) * (units[unit] ?? 0),
    0,
  );
});
const interval = duration.refine(
  (ms) => ms >= receiveLimits.scrapeMsMin && ms <= receiveLimits.scrapeMsMax,
  `from ${receiveLimits.scrapeMsMin} ms to ${receiveLimits.scrapeMsMax / 60_000} min`,
);

export const staticGroup = z.strictObject({
  targets: z.array(z.string().min(1)),
  labels: z.record(z.string(), z.string()).default({}),
});
export type StaticGroup = z.infer<typeof staticGroup>;

const job = z.strictObject({
  job_name: z.string().min(1).max(128),
  scrape_interval: interval.optional(),
  scrape_timeout: duration.optional(),
  metrics_path: z.string().startsWith('/').default('/metrics'),
  scheme: z.enum(['http', 'https']).default('http'),
  params: z.record(z.string(), z.array(z.string())).default({}),
  honor_labels: z.boolean().default(false),
  honor_timestamps: z.boolean().default(true),
  authorization: z
    .strictObject({
      type: z.string().default('Bearer'),
      credentials: z.string().optional(),
      credentials_file: z.string().optional(),
    })
    .optional(),
  basic_auth: z
    .strictObject({ username: z.string(), password: z.string().optional(), password_file: z.string().optional() })
    .optional(),
  sample_limit: z.number().int().positive().optional(),
  static_configs: z.array(staticGroup).default([]),
  file_sd_configs: z
    .array(
      z.strictObject({
        files: z.array(z.string().regex(/\.(json|ya?ml)$/, 'a .json, .yml or .yaml file')).min(1),
        refresh_interval: duration.default(300_000),
      }),
    )
    .default([]),
  relabel_configs: z.array(relabelRule).default([]),
  metric_relabel_configs: z.array(relabelRule).default([]),
});
const file = z
  .strictObject({
    global: z
      .strictObject({ scrape_interval: interval.default(15_000), scrape_timeout: duration.default(10_000) })
      .default({ scrape_interval: 15_000, scrape_timeout: 10_000 }),
    scrape_configs: z.array(job).default([]),
  })
  .superRefine(({ scrape_configs }, context) => {
    scrape_configs.forEach(({ job_name }, i) => {
      if (scrape_configs.findIndex((other) => other.job_name === job_name) !== i)
        context.addIssue({
          code: 'custom',
          path: ['scrape_configs', i, 'job_name'],
          message: `job ${job_name} stands twice`,
        });
    });
  });

export type Job = z.infer<typeof job> & { readonly intervalMs: number; readonly timeoutMs: number };

/** The jobs of a file. Throws OpsError `config_invalid` with `file:line:column` of each fault. */
export const parseScrapeConfig = (path: string, source: string): Job[] => {
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const fault = (offset: number, message: string): string => {
    const { line, col } = lines.linePos(offset);
    return `${path}:${line}:${col}: ${message}`;
  };
  const wrong = (faults: readonly string[]): OpsError =>
    new OpsError('config_invalid', `what is to be scraped cannot be read:\n  ${faults.join('\n  ')}`, {
      help: 'Correct the file that FENGHUO_SCRAPE names.',
    });
  if (document.errors.length > 0) throw wrong(document.errors.map((error) => fault(error.pos[0], error.message)));
  const read = plainOf(document);
  if ('fault' in read) throw wrong([fault(0, read.fault)]);
  const parsed = file.safeParse(read.plain ?? {});
  if (!parsed.success)
    throw wrong(
      parsed.error.issues.flatMap((issue) =>
        tell(issue).map(({ path: steps, message, key }) => fault(locate(document, steps, key), message)),
      ),
    );
  const { global, scrape_configs } = parsed.data;
  return scrape_configs.map((one) => {
    const intervalMs = one.scrape_interval ?? global.scrape_interval;
    return { ...one, intervalMs, timeoutMs: Math.min(one.scrape_timeout ?? global.scrape_timeout, intervalMs) };
  });
};

/** As `parseScrapeConfig`, from the disk; also throws OpsError `config_invalid` where there is no such file. */
export const readScrapeConfig = (path: string): Job[] => {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new OpsError('config_invalid', `FENGHUO_SCRAPE: ${path} cannot be read`, {
      help: 'Name a file in the form of prometheus.yml.',
      cause,
    });
  }
  return parseScrapeConfig(path, text);
};
