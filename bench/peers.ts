// The baseline that every detector must beat: rolling median and MAD (Hampel 1974), each sample rated by the window before it.

const median = (sorted: Float64Array): number => {
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
};

/** |z| of each value against the `window` values before it; 0 while fewer than 20 are known or the value is missing. */
export const rollingMad = (values: readonly number[], window: number): Float64Array => {
  const before: number[] = [];
  return Float64Array.from(values, (value) => {
    if (Number.isNaN(value)) return 0;
    let z = 0;
    if (before.length >= 20) {
      const center = median(Float64Array.from(before).sort());
      const spread = 1.4826 * median(Float64Array.from(before, (x) => Math.abs(x - center)).sort());
      z = Math.abs(value - center) / Math.max(spread, 0.01 * Math.abs(center), 1e-9);
    }
    before.push(value);
    if (before.length > window) before.shift();
    return z;
  });
};

/** Mean of the three largest of several metrics at each row, each cut at 30. */
export const strongestThree = (columns: readonly Float64Array[]): Float64Array =>
  Float64Array.from(columns[0] ?? [], (_, row) => {
    const sorted = columns.map((column) => Math.min(30, column[row]!)).sort((a, b) => b - a);
    return (sorted[0]! + (sorted[1] ?? sorted[0]!) + (sorted[2] ?? sorted[0]!)) / 3;
  });
