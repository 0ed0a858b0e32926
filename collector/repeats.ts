// Frames that a probe sent again, for it did not hear that they were stored: recognised by their numbers, which count a probe's frames from 0.
// Kept in memory: whoever begins reads the numbers of the last frames before, `READ_BACK`, from the stream again.

/** Messages before its own first that a collector reads for their numbers: 10 s of a thousand probes, half a second of processor time at the most. */
export const READ_BACK = 10_000;
/** Frames back that a repeat is recognised: some seventeen minutes at one a second, where a probe keeps what was not answered for five. */
export const WINDOW = 1_024;
/** Probes of which is remembered what they sent: 160 bytes each. */
const PROBES_MAX = 100_000;

type Sent = { incarnation: number; top: number; readonly seen: Uint32Array };

export class Repeats {
  private readonly probes = new Map<string, Sent>();

  /** Notes a frame; answers whether it had come before. What is older than the window is taken for new: to store twice is the lesser evil. */
  isRepeated(probe: string, incarnation: number, sequence: number): boolean {
    const sent = this.probes.get(probe);
    if (sent === undefined || incarnation > sent.incarnation) {
      if (sent === undefined && this.probes.size >= PROBES_MAX)
        this.probes.delete(this.probes.keys().next().value ?? '');
      const seen = new Uint32Array(WINDOW / 32);
      this.probes.set(probe, { incarnation, top: sequence, seen });
      mark(seen, sequence);
      return false;
    }
    // A frame of a process that has ended meanwhile: its numbers are no longer known.
    if (incarnation < sent.incarnation || sequence <= sent.top - WINDOW) return false;
    if (sequence > sent.top) {
      // The places between were those of frames one window ago.
      if (sequence - sent.top >= WINDOW) sent.seen.fill(0);
      else for (let n = sent.top + 1; n < sequence; n++) clear(sent.seen, n);
      sent.top = sequence;
      mark(sent.seen, sequence);
      return false;
    }
    if (isMarked(sent.seen, sequence)) return true;
    mark(sent.seen, sequence);
    return false;
  }
}

const word = (n: number): number => (n % WINDOW) >> 5;
const mark = (seen: Uint32Array, n: number): void => {
  seen[word(n)]! |= 1 << (n & 31);
};
const clear = (seen: Uint32Array, n: number): void => {
  seen[word(n)]! &= ~(1 << (n & 31));
};
const isMarked = (seen: Uint32Array, n: number): boolean => ((seen[word(n)]! >>> (n & 31)) & 1) === 1;
