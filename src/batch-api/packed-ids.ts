const DECODER = new TextDecoder();
/** Of a unit of UTF-16 in UTF-8. */
const MOST_BYTES = 3;

/** Names of calls, in order, in four more bytes than the text of each has: there may be millions. */
export class PackedIds implements Iterable<string> {
  readonly length: number;
  /** As JSON strings, which keep any text whole, one after the other. */
  readonly #bytes: Uint8Array;
  readonly #ends: Uint32Array;

  constructor(ids: readonly string[]) {
    this.length = ids.length;
    this.#ends = new Uint32Array(ids.length);
    const texts = ids.map((id) => JSON.stringify(id));
    const most = texts.reduce((sum, text) => sum + MOST_BYTES * text.length, 0);
    const bytes = new Uint8Array(most);
    const encoder = new TextEncoder();
    let end = 0;
    for (const [index, text] of texts.entries()) {
      end += encoder.encodeInto(text, bytes.subarray(end)).written;
      this.#ends[index] = end;
    }
    this.#bytes = bytes.slice(0, end);
  }

  at(index: number): string | undefined {
    const end = this.#ends[index];
    if (end === undefined) return undefined;
    return JSON.parse(DECODER.decode(this.#bytes.subarray(this.#ends[index - 1] ?? 0, end)));
  }

  *[Symbol.iterator](): Generator<string, void> {
    for (let index = 0; index < this.length; index++) yield this.at(index) ?? '';
  }

  toJSON(): string[] {
    return [...this];
  }
}
