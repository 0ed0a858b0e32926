// A growing stretch of bytes in which a key is put together from pieces of a request.

export class Key {
  bytes = new Uint8Array(1_024);
  view = new DataView(this.bytes.buffer);

  /** Appends bytes at `at`, their length before them, so that two pieces never run into each other; answers the end. */
  put(at: number, bytes: Uint8Array, from: number, to: number): number {
    this.room(at + 4 + to - from);
    this.view.setInt32(at, to - from, true);
    const own = this.bytes;
    let end = at + 4;
    for (let i = from; i < to; i++) own[end++] = bytes[i]!;
    return end;
  }

  room(bytes: number): void {
    if (bytes <= this.bytes.length) return;
    const wider = new Uint8Array(bytes * 2);
    wider.set(this.bytes);
    this.bytes = wider;
    this.view = new DataView(wider.buffer);
  }
}
