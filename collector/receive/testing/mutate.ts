// Ways to spoil bytes, as values: so that a random source, a shrinker and a log line can all hold one.

export const ways = ['flip', 'set', 'cut', 'repeat', 'insert', 'end', 'huge', 'graft'] as const;
/** `at` and `n` are taken modulo what there is room for. */
export type Mutation = { readonly way: (typeof ways)[number]; readonly at: number; readonly n: number };

/** The bytes spoiled, never longer than 64 KiB. @param donor a payload to graft a piece of */
export const mutated = (bytes: Uint8Array, mutations: readonly Mutation[], donor: Uint8Array): Uint8Array => {
  let out = Buffer.from(bytes);
  for (const { way, at, n } of mutations) {
    const place = out.length === 0 ? 0 : at % out.length;
    const length = 1 + (n % 32);
    const [head, tail] = [out.subarray(0, place), out.subarray(place)];
    if (way === 'flip') out[place] = (out[place] ?? 0) ^ (1 << (n % 8));
    else if (way === 'set') out[place] = n & 0xff;
    else if (way === 'cut') out = Buffer.concat([head, tail.subarray(length)]);
    else if (way === 'repeat') out = Buffer.concat([head, tail.subarray(0, length * 8), tail]);
    else if (way === 'insert') out = Buffer.concat([head, Buffer.alloc(length, n & 0xff), tail]);
    else if (way === 'end') out = Buffer.from(head);
    // A length or number that claims everything.
    else if (way === 'huge')
      out = Buffer.concat([head, Buffer.alloc(1 + (n % 10), 0xff), Buffer.from([n & 0x7f]), tail]);
    else out = Buffer.concat([head, donor.subarray(n % donor.length, (n % donor.length) + length * 16), tail]);
    if (out.length > 65_536) out = out.subarray(0, 65_536);
  }
  return Uint8Array.from(out);
};
