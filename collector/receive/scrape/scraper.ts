// Scrapes every target of every job at its own moment of the interval; `up` and its like say how it went, and what is gone ends.
import type { Clock, Logger, SelfMetrics, Timer } from '@fenghuo/kit';
import { receiveLimits } from '../limits.ts';
import { Outgoing } from '../outgoing.ts';
import type { Publish } from '../publish.ts';
import { Refusal, type RefusalReason } from '../refusal.ts';
import type { Source } from '../source.ts';
import { Taken } from '../taken.ts';
import { type SourceTotals, Totals } from '../totals.ts';
import type { Job } from './config.ts';
import { type Address, Discovery, digest } from './discovery.ts';
import { Expositions, type Outcome, type Target } from './exposition.ts';
import { ask } from './fetch.ts';

export type ScraperParts = {
  readonly clock: Clock;
  readonly log: Logger;
  readonly self: SelfMetrics;
  readonly source: Source;
  readonly seed: number;
  readonly publish: Publish;
  readonly refused: (source: string, all: Iterable<readonly [RefusalReason, { readonly count: number }]>) => void;
};
export type Scraper = { totals(): SourceTotals; stop(): void };
type Running = { readonly target: Target; readonly url: string; timer: Timer; isAsking: boolean; isGone: boolean };
const NOTHING: Outcome = { scraped: 0, kept: 0, added: 0 };

/** Begins to scrape; `stop` ends it. */
export const startScraper = (jobs: readonly Job[], parts: ScraperParts): Scraper => {
  const { clock, log, self, source, seed } = parts;
  const expositions = new Expositions(source, seed);
  const dropped = self.counter('fenghuo.scrape.dropped', '{frame}', 'Frames of scrapes that NATS did not take in time');
  const outgoing = new Outgoing(parts.publish, (frames) => dropped.add(frames));
  const count = {
    scrapes: self.counter('fenghuo.scrape.scrapes', '{scrape}', 'Scrapes, by job and outcome (ok, late, failed)'),
    missing: self.counter(
      'fenghuo.receive.missing',
      '{sample}',
      'Samples whose value is NaN: stale markers and "no value"',
    ),
    samples: self.counter('fenghuo.scrape.samples', '{sample}', 'Samples taken out of scrapes, by job'),
  };
  const targets = self.gauge('fenghuo.scrape.targets', '{target}', 'Targets, by job');
  const faulty = self.gauge('fenghuo.scrape.faults', '{fault}', 'Files and targets that cannot be read, by job');
  const totals = new Totals();
  let numbers = 0;

  const refuse = (all: Iterable<readonly [RefusalReason, { readonly count: number }]>): void => {
    parts.refused(source.name, all);
    for (const [reason, { count: n }] of all) totals.refuse(reason, n, clock.now());
  };

  /** One pass over the source: what `work` put in goes out, or nothing of it where it throws. */
  const pass = <T>(work: (taken: Taken) => T): T => {
    const taken = new Taken(source);
    source.begin(clock.now());
    let isWhole = false;
    try {
      const done = work(taken);
      isWhole = true;
      return done;
    } finally {
      const { schemas, frames } = source.end();
      taken.settle();
      if (source.tally.missing > 0) count.missing.add(source.tally.missing, { source: source.name });
      outgoing.put({ schemas, frames: isWhole ? frames : [] });
      refuse(taken.refusals);
      void outgoing.send();
    }
  };
  const report = (
    target: Target,
    timeMs: number,
    up: 0 | 1,
    seconds: number,
    { scraped, kept, added }: Outcome,
  ): void =>
    pass((taken) => {
      if (up === 0) expositions.gone(target, timeMs);
      const figures = {
        up,
        scrape_duration_seconds: seconds,
        scrape_samples_scraped: scraped,
        scrape_samples_post_metric_relabeling: kept,
        scrape_series_added: added,
      };
      for (const [name, value] of Object.entries(figures)) expositions.own(target, name, value, timeMs, taken);
    });

  const scrape = async (job: Job, one: Running): Promise<void> => {
    // The one before is still under way: a target that is slower than its interval is not asked twice at once.
    if (one.isAsking) return count.scrapes.add(1, { job: job.job_name, outcome: 'late' });
    one.isAsking = true;
    const timeMs = Math.floor(clock.now());
    const from = clock.monotonic();
    const took = (): number => (clock.monotonic() - from) / 1_000;
    try {
      const { bytes, isOpenMetrics } = await ask(one.url, job);
      if (one.isGone) return;
      const outcome = pass((taken) => expositions.take(one.target, bytes, isOpenMetrics, timeMs, taken));
      report(one.target, timeMs, 1, took(), outcome);
      count.samples.add(outcome.kept, { job: job.job_name });
      totals.take('samples', outcome.kept, clock.now());
      count.scrapes.add(1, { job: job.job_name, outcome: 'ok' });
    } catch (error) {
      if (one.isGone) return;
      report(one.target, timeMs, 0, took(), NOTHING);
      count.scrapes.add(1, { job: job.job_name, outcome: 'failed' });
      if (error instanceof Refusal) refuse([[error.reason, { count: 1 }]]);
      log.debug({ err: error, url: one.url }, 'a scrape failed');
    } finally {
      one.isAsking = false;
    }
  };

  const begin = (job: Job, key: string, { url, labels }: Address): Running => {
    const target: Target = { number: numbers++, job, labels, series: [] };
    const one: Running = { target, url, timer: { cancel: () => undefined }, isAsking: false, isGone: false };
    // Each at a moment of its own, the same after a restart: not all at once.
    const offset = Number(digest(key) % BigInt(job.intervalMs));
    const wait = (offset - (clock.now() % job.intervalMs) + job.intervalMs) % job.intervalMs;
    one.timer = clock.after(wait, () => {
      one.timer = clock.every(job.intervalMs, () => void scrape(job, one));
      void scrape(job, one);
    });
    return one;
  };
  const end = (one: Running): void => {
    one.timer.cancel();
    one.isGone = true;
    pass(() => expositions.gone(one.target, Math.floor(clock.now())));
  };

  const running = jobs.map((job) => {
    const discovery = new Discovery(job);
    const own = new Map<string, Running>();
    let told = new Map<string, string>();
    const look = (): void => {
      const found = discovery.look();
      for (const [key, one] of own)
        if (!found.has(key)) {
          end(one);
          own.delete(key);
        }
      for (const [key, address] of found) if (!own.has(key)) own.set(key, begin(job, key, address));
      for (const [where, fault] of discovery.faults)
        if (told.get(where) !== fault) log.warn({ job: job.job_name, where, fault }, 'cannot be scraped');
      told = new Map(discovery.faults);
      targets.set(own.size, { job: job.job_name });
      faulty.set(discovery.faults.size, { job: job.job_name });
    };
    look();
    const refreshMs = Math.min(
      receiveLimits.scrapeLookMsMax,
      ...job.file_sd_configs.map((one) => one.refresh_interval),
    );
    return { own, timer: job.file_sd_configs.length > 0 ? clock.every(refreshMs, look) : undefined };
  });
  const sweeping = clock.every(receiveLimits.sweepMs, () => {
    const gone = new Set(source.sweep(clock.now()));
    if (gone.size > 0) expositions.forget(gone);
  });
  return {
    totals: () => totals.of(source.name, source),
    stop: () => {
      sweeping.cancel();
      for (const { own, timer } of running) {
        timer?.cancel();
        for (const one of own.values()) {
          one.timer.cancel();
          one.isGone = true;
        }
      }
    },
  };
};
