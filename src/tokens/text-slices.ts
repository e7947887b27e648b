import { cutBefore } from './safe-cut.ts';

/** The longest slice, in characters. */
const SLICE = 4096;

/**
 * Cuts a text into slices that together have as many tokens as the whole. Each slice is counted in
 * one step, and remembered for the next call.
 */
export class TextSlices {
  #text = '';

  /** Appends to the text. Yields the slices that are complete. */
  *write(text: string): Generator<string> {
    this.#text += text;
    while (this.#text.length > SLICE) {
      const end = cutBefore(this.#text, SLICE);
      yield this.#text.slice(0, end);
      this.#text = this.#text.slice(end);
    }
  }

  /** The last slice. */
  rest(): string {
    const text = this.#text;
    this.#text = '';
    return text;
  }
}

/** The slices of a whole text. */
export function* slicesOf(text: string): Generator<string> {
  const slices = new TextSlices();
  yield* slices.write(text);
  yield slices.rest();
}
