// ClickHouse's Native format: a block is its columns one after the other, each as the machine holds it.

/** A column's name, its type, and its data as it lies in memory: an array's offsets come before what it holds. */
export type Column = readonly [name: string, type: string, ...data: readonly ArrayBufferView[]];

/** One block of `rows` rows, in pieces that refer to the columns' own memory. */
export const nativeBlock = (rows: number, columns: readonly Column[]): readonly Uint8Array[] => [
  varints(columns.length, rows),
  ...columns.flatMap(([name, type, ...data]) => [
    text(name),
    text(type),
    ...data.map((piece) => new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength)),
  ]),
];

const varints = (...numbers: readonly number[]): Uint8Array => {
  const out: number[] = [];
  for (let n of numbers) {
    while (n >= 0x80) {
      out.push((n & 0x7f) | 0x80);
      n = Math.floor(n / 128);
    }
    out.push(n);
  }
  return Uint8Array.from(out);
};

const text = (value: string): Uint8Array => {
  const bytes = new TextEncoder().encode(value);
  return Buffer.concat([varints(bytes.length), bytes]);
};
