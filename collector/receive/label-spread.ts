// How many different values each label has had, in 256 bytes a label (HyperLogLog, Flajolet et al. 2007): to name the label that explodes.

const REGISTERS = 256;
const LABELS_MAX = 1_024;

export class LabelSpread {
  private readonly registers = new Map<string, Uint8Array>();

  see(label: string, value: string): void {
    let own = this.registers.get(label);
    if (own === undefined) {
      if (this.registers.size >= LABELS_MAX) return;
      own = new Uint8Array(REGISTERS);
      this.registers.set(label, own);
    }
    let hash = 0x811c9dc5;
    for (let i = 0; i < value.length; i++) hash = Math.imul(hash ^ value.charCodeAt(i), 0x01000193);
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    hash ^= hash >>> 16;
    const rank = Math.clz32((hash << 8) | 0x80) + 1;
    const register = hash >>> 24;
    if (rank > own[register]!) own[register] = rank;
  }

  /** The label with most values, and about how many; undefined before any was seen. */
  widest(): { readonly label: string; readonly values: number } | undefined {
    let found: { label: string; values: number } | undefined;
    for (const [label, registers] of this.registers) {
      const values = estimate(registers);
      if (found === undefined || values > found.values) found = { label, values };
    }
    return found;
  }
}

const estimate = (registers: Uint8Array): number => {
  let sum = 0;
  let zeros = 0;
  for (const rank of registers) {
    sum += 2 ** -rank;
    if (rank === 0) zeros++;
  }
  const raw = ((0.7213 / (1 + 1.079 / REGISTERS)) * REGISTERS * REGISTERS) / sum;
  return Math.round(raw <= 2.5 * REGISTERS && zeros > 0 ? REGISTERS * Math.log(REGISTERS / zeros) : raw);
};
