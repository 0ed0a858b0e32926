// The targets of a job: from its static groups and its files, relabelled; a file that cannot be read leaves what it said before.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { receiveLimits } from '../limits.ts';
import { type Job, type StaticGroup, staticGroup } from './config.ts';
import { type Labels, relabel } from './relabel.ts';

export type Address = { readonly url: string; readonly labels: ReadonlyMap<string, string> };

/** The last eight bytes of a text's MD5, as Prometheus' hashmod takes them. */
export const digest = (text: string): bigint => createHash('md5').update(text).digest().readBigUInt64BE(8);

/** What identifies a target: where it is and what it is called. */
export const targetKey = ({ url, labels }: Address): string =>
  `${url} ${JSON.stringify([...labels].sort(([a], [b]) => (a < b ? -1 : 1)))}`;

/** A target as it is scraped; undefined where relabelling drops it. Throws where what remains is no address. */
export const addressOf = (job: Job, target: string, more: Readonly<Record<string, string>>): Address | undefined => {
  const labels: Labels = new Map([
    ['__address__', target],
    ['__scheme__', job.scheme],
    ['__metrics_path__', job.metrics_path],
    ['job', job.job_name],
    ...Object.entries(job.params).map(([name, values]): [string, string] => [`__param_${name}`, values[0] ?? '']),
    ...Object.entries(more),
  ]);
  if (!relabel(labels, job.relabel_configs, digest)) return undefined;
  const address = labels.get('__address__') ?? '';
  const url = new URL(`${labels.get('__scheme__')}://${address}${labels.get('__metrics_path__')}`);
  for (const [name, values] of Object.entries(job.params))
    for (const value of values.slice(1)) url.searchParams.append(name, value);
  for (const [name, value] of labels) if (name.startsWith('__param_')) url.searchParams.append(name.slice(8), value);
  if (!labels.has('instance')) labels.set('instance', address);
  for (const name of [...labels.keys()]) if (name.startsWith('__')) labels.delete(name);
  return { url: url.href, labels };
};

export class Discovery {
  /** What could not be read, by file, until it can. */
  readonly faults = new Map<string, string>();
  private readonly job: Job;
  private readonly groups = new Map<string, readonly StaticGroup[]>();

  constructor(job: Job) {
    this.job = job;
  }

  /** Targets now, by their key, at most `scrapeTargetsMax` of them. */
  look(): Map<string, Address> {
    const files = this.job.file_sd_configs.flatMap(({ files }) => files.flatMap((pattern) => matching(pattern)));
    for (const known of this.groups.keys()) if (!files.includes(known)) this.groups.delete(known);
    for (const file of files) this.read(file);
    const found = new Map<string, Address>();
    for (const { targets, labels } of [...this.job.static_configs, ...[...this.groups.values()].flat()])
      for (const target of targets) {
        if (found.size >= receiveLimits.scrapeTargetsMax) return found;
        try {
          const address = addressOf(this.job, target, labels);
          if (address !== undefined) found.set(targetKey(address), address);
          this.faults.delete(target);
        } catch (error) {
          this.faults.set(target, error instanceof Error ? error.message : String(error));
        }
      }
    return found;
  }

  private read(file: string): void {
    try {
      this.groups.set(file, z.array(staticGroup).parse(parse(readFileSync(file, 'utf8'))));
      this.faults.delete(file);
    } catch (error) {
      this.faults.set(file, error instanceof z.ZodError ? z.prettifyError(error) : String(error));
    }
  }
}

/** Files of a pattern whose last part may hold `*`. */
const matching = (pattern: string): string[] => {
  const name = basename(pattern);
  if (!name.includes('*')) return [pattern];
  const form = new RegExp(
    `^${name
      .split('*')
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('[^/]*')}$`,
  );
  try {
    return readdirSync(dirname(pattern))
      .filter((one) => form.test(one))
      .map((one) => join(dirname(pattern), one))
      .sort();
  } catch {
    return [];
  }
};
