// The running platform: what its services do under leases, and what each fault does to it. One start for both: it takes half a minute.
import { afterAll, beforeAll, describe } from 'vitest';
import { underFaults } from './testing/chaos.ts';
import { underLeases } from './testing/leases.ts';
import { type Running, startPlatform } from './testing/running.ts';

describe('the running platform', () => {
  let running: Running;
  const platform = (): Running => running;
  beforeAll(async () => {
    running = await startPlatform();
  }, 120_000);
  afterAll(async () => await running?.stop(), 30_000);

  describe('under leases', () => underLeases(platform));
  describe('under faults', () => underFaults(platform));
});
