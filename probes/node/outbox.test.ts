// NATS is slow, away or forgetful; the outbox keeps what it can in bounds, in order, and owns up to the rest exactly.
import { virtualClock } from '@fenghuo/kit';
import { limits } from '@fenghuo/rules/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inFlightMax, Outbox, type OutboxLimits, type Parcel } from './outbox.ts';

/** A bus that can be away, keep silent, or store without its answer arriving; it knows the ids it stored. */
const startBus = () => {
  const stored: Parcel[] = [];
  const seen = new Set<string>();
  const open: { readonly parcel: Parcel; answer(): void; breaks(): void }[] = [];
  const bus = {
    up: true,
    sends: [] as string[],
    stored,
    open,
    /** Stores (once an id; of frames these are what their numbers are) what is under way, and answers. */
    answerAll(): void {
      for (const { parcel, answer } of open.splice(0)) {
        bus.store(parcel);
        answer();
      }
    },
    store(parcel: Parcel): void {
      if (!seen.has(parcel.id ?? '')) stored.push(parcel);
      seen.add(parcel.id ?? '');
    },
    breakAll(): void {
      for (const { breaks } of open.splice(0)) breaks();
    },
    send(parcel: Parcel): Promise<void> | undefined {
      if (!bus.up) return undefined;
      bus.sends.push(parcel.id ?? '');
      return new Promise((answer, reject) => open.push({ parcel, answer, breaks: () => reject(new Error('broken')) }));
    },
  };
  return bus;
};
/** Lets promise callbacks run. */
const settle = (): Promise<void> => new Promise((done) => setImmediate(done));

const setUp = (bounds: OutboxLimits = { framesMax: 300, bytesMax: 1e9 }) => {
  const bus = startBus();
  const clock = virtualClock(0);
  const outbox = new Outbox(bus.send, clock, bounds);
  let sequence = 0;
  /** One tick of a probe: what was lost is told by this second's frame. */
  const tick = (bytes = 8): void => {
    const tells = outbox.takeLost();
    outbox.put({ subject: 'frame', bytes: new Uint8Array(bytes), id: `f${sequence++}`, tells });
    clock.advance(1_000);
  };
  const told = (): number => bus.stored.reduce((sum, { tells }) => sum + (tells ?? 0), 0);
  const framesStored = (): number => bus.stored.filter(({ tells }) => tells !== undefined).length;
  return { bus, clock, outbox, tick, told, framesStored, made: () => sequence };
};

describe('the outbox', () => {
  it('keeps five minutes of frames while NATS is away, and sends them in the order of their ticks', async () => {
    const { bus, clock, outbox, tick } = setUp();
    bus.up = false;
    for (let i = 0; i < 180; i++) tick();
    expect(bus.sends).toEqual([]);
    expect(outbox.size).toBe(180);
    bus.up = true;
    clock.advance(500);
    while (bus.open.length > 0) {
      expect(bus.open.length).toBeLessThanOrEqual(inFlightMax);
      bus.answerAll();
      await settle();
    }
    expect(bus.stored.map(({ id }) => id)).toEqual(Array.from({ length: 180 }, (_, i) => `f${i}`));
    expect([outbox.size, outbox.framesDropped, outbox.takeLost()]).toEqual([0, 0, 0]);
  });

  it('sends at once what waits when a connection comes to stand: a job that ends now has no second attempt', () => {
    const { bus, clock, outbox, tick } = setUp();
    bus.up = false;
    tick();
    clock.advance(100);
    bus.up = true;
    outbox.resume();
    expect(bus.sends).toEqual(['f0']);
    clock.advance(500);
    expect(bus.sends).toEqual(['f0']);
  });

  it('drops the oldest frames of an outage that outlasts it; a later frame tells how many', async () => {
    const { bus, clock, outbox, tick, told, framesStored, made } = setUp({ framesMax: 100, bytesMax: 1e9 });
    bus.up = false;
    // Long enough that frames which told of lost ones are dropped themselves.
    for (let i = 0; i < 1_000; i++) tick();
    expect(outbox.size).toBe(100);
    expect(outbox.framesDropped).toBe(900);
    bus.up = true;
    clock.advance(500);
    for (let i = 0; i < 20; i++) {
      tick();
      bus.answerAll();
      await settle();
    }
    expect(outbox.size).toBe(0);
    expect(framesStored()).toBeGreaterThan(100);
    expect(framesStored() + told()).toBe(made());
  });

  it('is bounded by bytes as well: large frames push out more small ones', () => {
    const { bus, outbox, tick } = setUp({ framesMax: 300, bytesMax: 1_000 });
    bus.up = false;
    for (let i = 0; i < 10; i++) tick(100);
    tick(550);
    expect(outbox.size).toBe(5);
    expect(outbox.takeLost()).toBe(6);
  });

  it('counts schemas and flag reports apart: they are not frames', () => {
    const { bus, outbox, tick } = setUp({ framesMax: 2, bytesMax: 1e9 });
    bus.up = false;
    outbox.put({ subject: 'schema', bytes: new Uint8Array(8), id: 's0' });
    for (let i = 0; i < 3; i++) tick();
    expect([outbox.othersDropped, outbox.framesDropped, outbox.takeLost()]).toEqual([1, 1, 1]);
  });

  it('repeats what was not answered with the same message id, so that NATS keeps it once', async () => {
    const { bus, clock, tick, outbox } = setUp();
    tick();
    tick();
    // Both are stored, then the server dies before it answers.
    for (const { parcel } of bus.open) bus.store(parcel);
    bus.breakAll();
    await settle();
    clock.advance(500);
    expect(bus.sends).toEqual(['f0', 'f1', 'f0', 'f1']);
    bus.answerAll();
    await settle();
    expect(bus.stored.map(({ id }) => id)).toEqual(['f0', 'f1']);
    expect(outbox.size).toBe(0);
  });

  it('keeps the order when many break at once and newer frames wait behind them', async () => {
    const { bus, clock, tick } = setUp();
    for (let i = 0; i < 40; i++) tick();
    expect(bus.open.length).toBe(inFlightMax);
    bus.breakAll();
    await settle();
    clock.advance(500);
    while (bus.open.length > 0) {
      bus.answerAll();
      await settle();
    }
    expect(bus.stored.map(({ id }) => id)).toEqual(Array.from({ length: 40 }, (_, i) => `f${i}`));
  });

  it('never reports as lost what may have arrived: unanswered frames outlive newer ones', async () => {
    const { bus, clock, outbox, tick, told, framesStored, made } = setUp({ framesMax: 60, bytesMax: 1e9 });
    for (let i = 0; i < 3; i++) tick();
    for (const { parcel } of bus.open) bus.store(parcel);
    bus.up = false;
    bus.breakAll();
    await settle();
    for (let i = 0; i < 180; i++) tick();
    bus.up = true;
    clock.advance(500);
    for (let i = 0; i < 20; i++) {
      tick();
      bus.answerAll();
      await settle();
    }
    expect(outbox.size).toBe(0);
    expect(framesStored() + told()).toBe(made());
  });

  it('gives up on a frame whose id NATS has forgotten by now, rather than store it twice', async () => {
    const { bus, clock, outbox, tick } = setUp();
    tick();
    bus.up = false;
    bus.breakAll();
    await settle();
    clock.advance(limits.probeUnansweredMsMax + 1);
    bus.up = true;
    clock.advance(500);
    expect(bus.sends).toEqual(['f0']);
    expect([outbox.size, outbox.takeLost()]).toEqual([0, 1]);
  });

  it('accounts for every frame, whatever the bus does', async () => {
    const step = fc.constantFrom('tick', 'tick', 'tick', 'answer', 'break', 'stored, then breaks', 'down', 'up');
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 300 }),
        fc.integer({ min: 17, max: 40 }),
        async (steps, framesMax) => {
          const { bus, clock, outbox, tick, told, framesStored, made } = setUp({ framesMax, bytesMax: 1e9 });
          for (const what of steps) {
            if (what === 'tick') tick();
            if (what === 'answer') bus.answerAll();
            if (what === 'stored, then breaks') for (const { parcel } of bus.open) bus.store(parcel);
            if (what !== 'tick' && what !== 'answer' && what !== 'up') bus.breakAll();
            if (what === 'down' || what === 'up') bus.up = what === 'up';
            await settle();
            expect(outbox.size).toBeLessThanOrEqual(framesMax);
            // Before ids are forgotten: that loss is a different promise.
            if (clock.monotonic() > limits.probeUnansweredMsMax - 10_000) break;
          }
          bus.up = true;
          for (let i = 0; i < 5; i++) {
            tick();
            while (bus.open.length > 0) {
              bus.answerAll();
              await settle();
            }
          }
          expect(outbox.size).toBe(0);
          expect(framesStored() + told()).toBe(made());
        },
      ),
      { numRuns: 60 },
    );
  });
});
