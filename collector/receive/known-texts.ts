// Names and values of labels come with one new series after another: they are decoded once, and then recognised by their bytes.
import { BytesIndex } from './bytes-index.ts';
import { utf8 } from './protobuf.ts';

/** Texts that are known at once, some 100 bytes each; beyond, all are met anew. */
const TEXTS_MAX = 20_000;
/** Longer ones seldom come again. */
const BYTES_MAX = 64;

export class KnownTexts {
  private index: BytesIndex;
  private texts: string[] = [];
  private readonly seed: number;

  constructor(seed: number) {
    this.seed = seed;
    this.index = new BytesIndex(seed);
  }

  /** Text of a stretch of bytes; throws Refusal where it is not UTF-8. */
  text(bytes: Uint8Array, view: DataView, from: number, to: number): string {
    if (to - from > BYTES_MAX) return utf8(bytes, from, to);
    const known = this.index.find(bytes, view, from, to);
    if (known >= 0) return this.texts[known]!;
    const text = utf8(bytes, from, to);
    if (this.texts.length >= TEXTS_MAX) {
      this.index = new BytesIndex(this.seed);
      this.texts = [];
    }
    this.texts[this.index.add(bytes, view, from, to)] = text;
    return text;
  }
}
