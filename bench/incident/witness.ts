// What a bench sees of a running product with eyes of its own: decisions and flag reports on the bus, and the logs of the bank and of the customers.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { realClock } from '@fenghuo/kit';
import { type Decision, decision, type FlagReport, flagReport, subjects } from '@fenghuo/rules/contract';
import { z } from 'zod';
import type { Config } from '../../examples/takeaway/config.ts';
import type { Product } from '../lib/product.ts';

export type Seen = { readonly atMs: number; readonly decision: Decision };
export type Reported = FlagReport & { readonly seenMs: number };
export type Witness = {
  readonly decisions: readonly Seen[];
  readonly reports: readonly Reported[];
  /** When the bank began its first delayed request at or after `sinceMs`, by its own log. */
  firstBadMs(sinceMs: number): number | undefined;
  /** Share of the customers' attempts that ended within the stretch and were paid; null where none ended. */
  paidRatio(fromMs: number, toMs: number): number | null;
};

const bankLine = z.object({ what: z.string(), atMs: z.number() });
const customersLine = z.object({ atMs: z.number(), paid: z.number(), failed: z.number() });

const linesOf = <T>(path: string, shape: z.ZodType<T>): T[] =>
  existsSync(path)
    ? readFileSync(path, 'utf8')
        .trim()
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => shape.parse(JSON.parse(line)))
    : [];

/** Subscribes to the product's bus; what was said before is not seen. */
export const watchProduct = (product: Product, platform: Config): Witness => {
  const decisions: Seen[] = [];
  const reports: Reported[] = [];
  product.bus.nc.subscribe(subjects.decisions, {
    callback: (_, message) => {
      const parsed = decision.safeParse(message.json());
      if (parsed.success) decisions.push({ atMs: realClock.now(), decision: parsed.data });
      // Nobody else can read it either: an incident that opens like that pages nobody.
      else process.stderr.write(`a decision that cannot be read: ${parsed.error.message}\n${message.string()}\n`);
    },
  });
  product.bus.nc.subscribe('fh.t.*.flag.*', {
    callback: (_, message) => {
      const parsed = flagReport.safeParse(message.json());
      if (parsed.success) reports.push({ ...parsed.data, seenMs: realClock.now() });
    },
  });
  return {
    decisions,
    reports,
    firstBadMs: (sinceMs) =>
      linesOf(join(platform.data, 'bank-a.ndjson'), bankLine).find(
        (line) => line.what === 'first bad request' && line.atMs >= sinceMs,
      )?.atMs,
    paidRatio: (fromMs, toMs) => {
      const within = linesOf(join(platform.data, 'customers.ndjson'), customersLine).filter(
        (line) => line.atMs >= fromMs && line.atMs <= toMs,
      );
      const [first, last] = [within[0], within.at(-1)];
      if (first === undefined || last === undefined) return null;
      const paid = last.paid - first.paid;
      const ended = paid + last.failed - first.failed;
      return ended > 0 ? paid / ended : null;
    },
  };
};

/** Asks every 50 ms until there is an answer; undefined when there was none within `ms`. */
export const until = async <T>(ms: number, find: () => T | undefined): Promise<T | undefined> => {
  for (const end = realClock.monotonic() + ms; realClock.monotonic() < end; await realClock.sleep(50)) {
    const found = find();
    if (found !== undefined) return found;
  }
  return undefined;
};
