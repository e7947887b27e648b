import { betweenPairs, cutBefore } from './safe-cut.ts';

/** So much text is counted, and remembered, in one. */
const SLICE = 4096;
/** So much is written in one. */
const PIECE = 2048;

type Encode = (piece: string) => string;

const asItIs: Encode = (piece) => piece;

/** A text of which a part has been written. */
interface Waiting {
  readonly text: string;
  readonly encode: Encode;
  from: number;
}

/**
 * A text that is written bit by bit, and handed on in slices that have as many tokens as the whole.
 * However long it is, little of it is there at a time, and little is done at a time.
 */
export class TextSlices {
  #text = '';
  /** Long texts and slices that are yet to be written, and what comes after them. */
  readonly #waiting: (Waiting | readonly string[])[] = [];

  /** Whether there is something to hand on. */
  get isFull(): boolean {
    return this.#text.length > SLICE || this.#waiting.length > 0;
  }

  /** @param encode - how the text is written; may be given any piece of it */
  write(text: string, encode: Encode = asItIs): void {
    const isNext = this.#waiting.length === 0;
    if (isNext && text.length <= PIECE) this.#text += encode(text);
    else this.#waiting.push({ text, encode, from: 0 });
  }

  /** Slices that are handed on as they are. */
  writeSlices(slices: readonly string[]): void {
    this.#waiting.push(slices);
  }

  /** All that can be handed on, while more may be written. */
  *full(): Generator<string> {
    while (this.isFull) {
      const [next] = this.#waiting;
      if (this.#text.length > SLICE) yield this.#slice();
      else if (isSlices(next)) yield* this.#handOn(next);
      else if (next !== undefined) this.#proceed(next);
    }
  }

  /** All that is left. */
  *rest(): Generator<string> {
    yield* this.full();
    yield this.#text;
    this.#text = '';
  }

  #slice(): string {
    const text = this.#text;
    const end = cutBefore(text, SLICE);
    this.#text = text.slice(end);
    return text.slice(0, end);
  }

  *#handOn(slices: readonly string[]): Generator<string> {
    yield this.#text;
    this.#text = '';
    yield* slices;
    this.#waiting.shift();
  }

  /** Writes a piece of what waits. */
  #proceed(next: Waiting): void {
    const { text, encode, from } = next;
    const end = betweenPairs(text, Math.min(text.length, from + PIECE));
    this.#text += encode(text.slice(from, end));
    next.from = end;
    if (end === text.length) this.#waiting.shift();
  }
}

function isSlices(next: Waiting | readonly string[] | undefined): next is readonly string[] {
  return Array.isArray(next);
}
