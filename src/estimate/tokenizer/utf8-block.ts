import { extendHash } from './byte-hash.ts';
import { LONGEST_BLOCK } from './merge.ts';

/** A character takes at most this many bytes. */
const WIDEST = 4;
const REPLACEMENT = 0xfffd;

/** The UTF-8 of a piece of text, up to the longest block that is merged as one, with its hashes. */
export class Utf8Block {
  readonly bytes = new Uint8Array(LONGEST_BLOCK);
  /** `hashes[i]` is the hash of the first `i` bytes. */
  readonly hashes = new Int32Array(LONGEST_BLOCK + 1);
  length = 0;

  /** Encodes `text[start .. end]`, or as much of it as fits; returns where it stopped. */
  fill(text: string, start: number, end: number): number {
    this.length = 0;
    let index = start;
    while (index < end && this.length <= LONGEST_BLOCK - WIDEST) {
      const unit = text.charCodeAt(index);
      index += 1;
      if (unit < 0x80) this.#push(unit);
      else if (unit < 0xd800 || unit > 0xdfff) this.#encode(unit);
      else {
        const codePoint = index < end ? (text.codePointAt(index - 1) ?? REPLACEMENT) : unit;
        if (codePoint > 0xffff) index += 1;
        this.#encode(codePoint > 0xffff ? codePoint : REPLACEMENT);
      }
    }
    return index;
  }

  #encode(codePoint: number): void {
    if (codePoint < 0x800) this.#push(0xc0 | (codePoint >> 6));
    else {
      if (codePoint < 0x10000) this.#push(0xe0 | (codePoint >> 12));
      else {
        this.#push(0xf0 | (codePoint >> 18));
        this.#push(0x80 | ((codePoint >> 12) & 63));
      }
      this.#push(0x80 | ((codePoint >> 6) & 63));
    }
    this.#push(0x80 | (codePoint & 63));
  }

  #push(byte: number): void {
    this.bytes[this.length] = byte;
    this.hashes[this.length + 1] = extendHash(this.hashes[this.length]!, byte);
    this.length += 1;
  }
}
