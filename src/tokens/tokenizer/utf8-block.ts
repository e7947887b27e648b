import { extendHash } from './byte-hash.ts';
import { codePointAt } from './character-class.ts';
import { LONGEST_BLOCK } from './merge.ts';

/** A character takes at most this many bytes. */
const WIDEST = 4;
const REPLACEMENT = 0xfffd;

/** The UTF-8 of a piece of text, up to the longest block that is merged as one, with its hashes. */
export class Utf8Block {
  readonly bytes: Uint8Array = new Uint8Array(LONGEST_BLOCK);
  /** `hashes[i]` is the hash of the first `i` bytes. */
  readonly hashes: Int32Array = new Int32Array(LONGEST_BLOCK + 1);
  length = 0;

  /** Encodes `units[start .. end]`, or as much of it as fits; returns where it stopped. */
  fill(units: Uint16Array, start: number, end: number): number {
    this.length = 0;
    let index = this.#fillAscii(units, start, Math.min(end, start + LONGEST_BLOCK));
    while (index < end && this.length <= LONGEST_BLOCK - WIDEST) {
      index += this.#encode(index + 1 < end ? codePointAt(units, index) : units[index]!);
    }
    return index;
  }

  /** Most text is ASCII: no need to look at more than one code unit at a time. */
  #fillAscii(units: Uint16Array, start: number, end: number): number {
    const { bytes, hashes } = this;
    let hash = 0;
    let index = start;
    for (; index < end; index += 1) {
      const unit = units[index]!;
      if (unit > 0x7f) break;
      hash = extendHash(hash, unit);
      bytes[index - start] = unit;
      hashes[index - start + 1] = hash;
    }
    this.length = index - start;
    return index;
  }

  /** Returns how many UTF-16 code units the code point takes. */
  #encode(codePoint: number): number {
    if (codePoint < 0x80) this.#push(codePoint);
    else if (codePoint < 0x800) this.#push(0xc0 | (codePoint >> 6));
    else if (codePoint >= 0xd800 && codePoint <= 0xdfff) return this.#encode(REPLACEMENT);
    else {
      if (codePoint < 0x10000) this.#push(0xe0 | (codePoint >> 12));
      else {
        this.#push(0xf0 | (codePoint >> 18));
        this.#push(0x80 | ((codePoint >> 12) & 63));
      }
      this.#push(0x80 | ((codePoint >> 6) & 63));
    }
    if (codePoint >= 0x80) this.#push(0x80 | (codePoint & 63));
    return codePoint > 0xffff ? 2 : 1;
  }

  #push(byte: number): void {
    this.bytes[this.length] = byte;
    this.hashes[this.length + 1] = extendHash(this.hashes[this.length]!, byte);
    this.length += 1;
  }
}
