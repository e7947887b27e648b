import { elementsOf, parseJson } from '../model/json.ts';

/** Names of calls, in order, in about as many bytes as their text has: there may be millions. */
export class PackedIds implements Iterable<string> {
  readonly length: number;
  readonly #bytes: Uint8Array;

  constructor(ids: readonly string[]) {
    this.length = ids.length;
    this.#bytes = new TextEncoder().encode(JSON.stringify(ids));
  }

  /** All of them, made anew. */
  list(): string[] {
    return [...elementsOf(parseJson(new TextDecoder().decode(this.#bytes)))].map(String);
  }

  [Symbol.iterator](): Iterator<string> {
    return this.list().values();
  }

  toJSON(): string[] {
    return this.list();
  }
}
