import { spreadHash } from './byte-hash.ts';
import { copierInto } from './code-units.ts';

/** How much of a text is copied and read at a time, in UTF-16 code units. */
const STRETCH = 16_384;
/** Two words of two units each are read at once. */
const UNITS_AT_ONCE = 4;

const units = new Uint16Array(STRETCH);
const words = new Int32Array(units.buffer);
const copy = copierInto(units);

/**
 * Stands for a text without holding on to it: its length and two hashes of 32 bits, each of all its
 * characters. Among a million different texts of one length, two have the same hashes with a
 * probability of 3 in 100 million.
 *
 * A map with texts as keys would keep them alive, and whatever longer strings they are parts of; and
 * V8 hashes a string of more than 16,383 characters by nothing but its length.
 */
export class TextDigest {
  readonly #text: string;
  #position = 0;
  /** Two hashes of the first two units in each four, and two of the others: they don't wait. */
  #a = 0x2545f491;
  #b = 0x6c8e9cf5;
  #c = 0x1b56c4e9;
  #d = 0x297a2d39;

  constructor(text: string) {
    this.#text = text;
  }

  get length(): number {
    return this.#text.length;
  }

  /** Whether all of the text has been read; the hashes mean something from then on. */
  get done(): boolean {
    return this.#position === this.length;
  }

  get first(): number {
    return spreadHash(this.#a + Math.imul(this.#c, 0x5bd1e995));
  }

  get second(): number {
    return spreadHash(this.#b + Math.imul(this.#d, 0x3c6ef373));
  }

  /** Reads on, and returns how many characters it has read. */
  advance(): number {
    const length = Math.min(STRETCH, this.length - this.#position);
    copy(this.#text, this.#position, length);
    const whole = Math.ceil(length / UNITS_AT_ONCE) * UNITS_AT_ONCE;
    units.fill(0, length, whole);
    this.#mix(whole / 2);
    this.#position += length;
    return length;
  }

  #mix(end: number): void {
    let a = this.#a;
    let b = this.#b;
    let c = this.#c;
    let d = this.#d;
    for (let index = 0; index < end; index += 2) {
      const even = words[index]!;
      const odd = words[index + 1]!;
      a = Math.imul(((a << 5) | (a >>> 27)) ^ even, 0x9e3779b1);
      b = Math.imul(((b << 11) | (b >>> 21)) ^ even, 0x85ebca6b);
      c = Math.imul(((c << 7) | (c >>> 25)) ^ odd, 0xc2b2ae35);
      d = Math.imul(((d << 13) | (d >>> 19)) ^ odd, 0x27d4eb2f);
    }
    this.#a = a;
    this.#b = b;
    this.#c = c;
    this.#d = d;
  }
}
