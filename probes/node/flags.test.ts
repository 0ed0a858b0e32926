// The age of a lease is read from what the server wrote on the delivery, of either generation of servers.
import { expect, it } from 'vitest';
import { storedAs } from './flags.ts';

it('reads sequence and time of a delivery', () => {
  const stored = { sequence: 42, atMs: 1_800_000_000_123 };
  expect(storedAs('$JS.ACK.KV_fh_flags.cons.1.42.7.1800000000123000000.0')).toEqual(stored);
  expect(storedAs('$JS.ACK.hub.ACCOUNT.KV_fh_flags.cons.1.42.7.1800000000123000000.0.xyz')).toEqual(stored);
  expect(storedAs('$JS.ACK._.ACCOUNT.KV_fh_flags.cons.1.42.7.1800000000123000000.0')).toEqual(stored);
});
it('takes nothing else', () => {
  for (const reply of ['', '_INBOX.x.y', '$JS.ACK.a.b', '$JS.FC.KV_fh_flags.cons.xyz'])
    expect(storedAs(reply)).toBeUndefined();
});
