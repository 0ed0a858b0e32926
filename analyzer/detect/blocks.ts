// Places in arrays that grow: for what only some series need beside their record (a drift, a stall, hours of the day or the week).

/** Numbers from 0 for at most `max` holders; what is given back is used again, what is more is refused and counted. */
export class Places {
  private count = 0;
  private readonly free: number[] = [];
  private readonly max: number;
  /** How often somebody was refused because the limit was reached. */
  refused = 0;

  constructor(max: number) {
    this.max = max;
  }

  /** A place; undefined where there is no room. */
  open(): number | undefined {
    const free = this.free.pop();
    if (free !== undefined) return free;
    if (this.count < this.max) return this.count++;
    this.refused++;
    return undefined;
  }

  /** Gives a place back; whoever held it has emptied what lies there. */
  close(place: number): void {
    this.free.push(place);
  }
}

/** Blocks that an array has room for at first. */
const FIRST = 8;

/** `held` where it has room for a block of `size` at `place`, else a copy of at least twice its length, the new part zero. */
export const roomFor = <A extends Float64Array | Float32Array | Uint8Array>(
  held: A,
  place: number,
  size: number,
): A => {
  if ((place + 1) * size <= held.length) return held;
  const Numbers = held.constructor as new (length: number) => A;
  const wider = new Numbers(Math.max(FIRST * size, held.length * 2, (place + 1) * size));
  wider.set(held);
  return wider;
};
