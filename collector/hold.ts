// One collector at a time for each stream: whoever writes it answers for it on NATS, and a second one stands by.
// This keeps two from doing one work. That two would do no harm is the business of the chain (store/chain.ts), not of this.

import type { Bus, Clock } from '@fenghuo/kit';
import { subjects } from '@fenghuo/rules/contract';
import type { Subscription } from '@nats-io/transport-node';

export type Hold = {
  /** Resolves when an elder holder was found, so that this one must step down. */
  readonly lost: Promise<void>;
  release(): void;
};

const ANSWER_MS = 300;
const ASK_AGAIN_MS = 1_000;
/** A holder that does not answer so many times running is taken for dead: stopped, or cut off. */
const SILENCE_MAX = 5;

/**
 * Waits until nobody else holds the partition, then holds it. A holder that is killed is gone with its connection, at once.
 * @param id of this collector; of two holders the one with the smaller id stays, so ids begin with the time of the start
 * @param standingBy called once where somebody else holds it
 */
export const takeHold = async (
  bus: Bus,
  clock: Clock,
  partition: number,
  id: string,
  isStopped: () => boolean,
  standingBy: () => void,
): Promise<Hold | undefined> => {
  const subject = subjects.collecting(partition);
  const told = { standingBy: false };
  let silence = 0;
  while (!isStopped()) {
    const others = await answers(bus, subject, id);
    if (others === 'silent') silence++;
    else silence = 0;
    if (others === 'nobody' || silence >= SILENCE_MAX) {
      const held = await hold(bus, clock, subject, id);
      if (held !== undefined) return held;
    }
    if (!told.standingBy) standingBy();
    told.standingBy = true;
    await clock.sleep(ASK_AGAIN_MS);
  }
  return undefined;
};

/** Answers for the partition from now on; undefined where an elder does so too. */
const hold = async (bus: Bus, clock: Clock, subject: string, id: string): Promise<Hold | undefined> => {
  const subscription = bus.nc.subscribe(subject, { callback: (_error, message) => void message.respond(id) });
  await bus.nc.flush();
  if (await hasElder(bus, subject, id)) {
    subscription.unsubscribe();
    return undefined;
  }
  return watched(bus, clock, subject, id, subscription);
};

const watched = (bus: Bus, clock: Clock, subject: string, id: string, subscription: Subscription): Hold => {
  let released = false;
  const release = (): void => {
    released = true;
    subscription.unsubscribe();
  };
  const lost = (async () => {
    while (!released) {
      await clock.sleep(5 * ASK_AGAIN_MS);
      // Two may hold it after the bus was away: both saw nobody.
      if (!released && (await hasElder(bus, subject, id))) return release();
    }
  })();
  return { lost, release };
};

const hasElder = async (bus: Bus, subject: string, id: string): Promise<boolean> => {
  const others = await answers(bus, subject, id);
  return others instanceof Set && [...others].some((other) => other < id);
};

/** Who answers besides ourselves: ids, `nobody` where no one listens, `silent` where someone does and says nothing. */
const answers = async (bus: Bus, subject: string, id: string): Promise<ReadonlySet<string> | 'nobody' | 'silent'> => {
  await bus.connected();
  const found = new Set<string>();
  try {
    for await (const message of await bus.nc.requestMany(subject, '', { strategy: 'timer', maxWait: ANSWER_MS }))
      found.add(message.string());
  } catch {
    // No listener at all is an error to the client.
    return 'nobody';
  }
  const others = new Set([...found].filter((other) => other !== id));
  return others.size > 0 ? others : found.size > 0 ? 'nobody' : 'silent';
};
