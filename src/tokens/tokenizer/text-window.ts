import { copierInto } from './code-units.ts';
import { LONGEST_SHORT } from './short-piece-cache.ts';
import type { TextCursor } from './text-counter.ts';

/** No piece of text is longer than this, in UTF-16 code units. */
export const LONGEST_PIECE = 4096;
/** How far the window moves on, so that only a third of a text is copied twice. */
const STRIDE = 12_288;
const SIZE = LONGEST_PIECE + STRIDE;
/** Units after those that are shown. The first is 0, so that no pair of surrogates crosses the end. */
const BEYOND = LONGEST_SHORT + 1;

/**
 * The stretch of a text that is being counted, as an array of UTF-16 code units: those are read
 * several times each, and a string is slow to read.
 */
export class TextWindow {
  readonly units: Uint16Array;
  /** The same, to read several units at a time. */
  readonly view: DataView;
  /** How many units are shown. */
  length = 0;
  readonly #copy;
  #cursor: TextCursor | undefined;
  #from = 0;
  #limit = 0;

  constructor() {
    const units = new Uint16Array(SIZE + BEYOND);
    this.units = units;
    this.view = new DataView(units.buffer);
    this.#copy = copierInto(units);
  }

  /** The index of `cursor.position` in `units`, where the longest piece from there on is shown. */
  show(cursor: TextCursor): number {
    const index = cursor.position - this.#from;
    if (this.#cursor === cursor && index >= 0 && index < this.#limit) return index;
    this.#cursor = cursor;
    this.#from = cursor.position;
    this.#load(cursor.text, cursor.position);
    return 0;
  }

  /** Pieces may start before this index: one of any length is shown to its end. */
  get limit(): number {
    return this.#limit;
  }

  /** Moves the cursor to an index. At the end of its text, that is let go. */
  leave(cursor: TextCursor, index: number): void {
    cursor.position = this.#from + index;
    if (cursor.position >= cursor.text.length) this.#cursor = undefined;
  }

  #load(text: string, from: number): void {
    const length = Math.min(text.length - from, SIZE);
    this.#copy(text, from, length);
    this.units[length] = 0;
    this.length = length;
    this.#limit = from + length === text.length ? length : length - LONGEST_PIECE;
  }
}
