// How many different values each label has had, in 256 bytes a label (HyperLogLog, Flajolet et al. 2007): to name the label that explodes.

const REGISTERS = 256;
const LABELS_MAX = 1_024;

/** Registers, and what their estimate is made of, kept as they change: a refusal asks for it, and refusals come in crowds. */
type Sketch = { readonly registers: Uint8Array; sum: number; zeros: number };

export class LabelSpread {
  private readonly sketches = new Map<string, Sketch>();

  see(label: string, value: string): void {
    let own = this.sketches.get(label);
    if (own === undefined) {
      if (this.sketches.size >= LABELS_MAX) return;
      own = { registers: new Uint8Array(REGISTERS), sum: REGISTERS, zeros: REGISTERS };
      this.sketches.set(label, own);
    }
    let hash = 0x811c9dc5;
    for (let i = 0; i < value.length; i++) hash = Math.imul(hash ^ value.charCodeAt(i), 0x01000193);
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    hash ^= hash >>> 16;
    const rank = Math.clz32((hash << 8) | 0x80) + 1;
    const register = hash >>> 24;
    const before = own.registers[register]!;
    if (rank <= before) return;
    own.registers[register] = rank;
    own.sum += 2 ** -rank - 2 ** -before;
    if (before === 0) own.zeros--;
  }

  /** The label with most values, and about how many; undefined before any was seen. */
  widest(): { readonly label: string; readonly values: number } | undefined {
    let found: { label: string; values: number } | undefined;
    for (const [label, sketch] of this.sketches) {
      const values = estimate(sketch);
      if (found === undefined || values > found.values) found = { label, values };
    }
    return found;
  }
}

const estimate = ({ sum, zeros }: Sketch): number => {
  const raw = ((0.7213 / (1 + 1.079 / REGISTERS)) * REGISTERS * REGISTERS) / sum;
  return Math.round(raw <= 2.5 * REGISTERS && zeros > 0 ? REGISTERS * Math.log(REGISTERS / zeros) : raw);
};
