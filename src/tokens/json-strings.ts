import { TextSlices } from './text-slices.ts';

/** A longer text is written anew each time: it takes more than is done at a stretch. */
const LONGEST = 32_768;
const MAX_CHARACTERS = 4_000_000;

/**
 * Remembers what the long strings that were used last are in JSON. An agent sends its whole
 * conversation with every call, the files that it has written included: to write those anew takes
 * ten times as long as to look up how many tokens they have.
 */
export class JsonStrings {
  readonly #slices = new Map<string, readonly string[]>();
  #characters = 0;

  /** A text in JSON, without its quotes, in slices; `undefined` for one that isn't kept. */
  slicesOf(text: string): readonly string[] | undefined {
    if (text.length > LONGEST) return undefined;
    const known = this.#slices.get(text);
    if (known === undefined) this.#characters += text.length;
    const slices = known ?? written(text);
    this.#slices.delete(text);
    this.#slices.set(text, slices);
    for (const oldest of this.#slices.keys()) {
      if (this.#characters <= MAX_CHARACTERS) break;
      this.#slices.delete(oldest);
      this.#characters -= oldest.length;
    }
    return slices;
  }
}

function written(text: string): readonly string[] {
  const slices = new TextSlices();
  slices.write(text, escaped);
  return [...slices.rest()];
}

/** A piece of a string as it is in JSON. */
export function escaped(piece: string): string {
  return JSON.stringify(piece).slice(1, -1);
}
