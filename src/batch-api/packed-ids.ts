const DECODER = new TextDecoder();
const ENCODER = new TextEncoder();
/** Of a unit of UTF-16 in UTF-8. */
const MOST_BYTES = 3;
/** At first, there is room for so many bytes, and names. */
const FIRST_BYTES = 1024;
const FIRST_IDS = 64;

/**
 * Names of calls, in order, in five more bytes than the text of each has: there may be millions. While
 * they are added, there is room for as many again.
 */
export class PackedIds implements Iterable<string> {
  length = 0;
  /** As JSON strings, which keep any text whole, each with a comma behind it. */
  #bytes = new Uint8Array(FIRST_BYTES);
  #ends = new Uint32Array(FIRST_IDS);

  constructor(ids: Iterable<string> = []) {
    for (const id of ids) this.add(id);
  }

  add(id: string): void {
    const text = `${JSON.stringify(id)},`;
    const start = this.#endOf(this.length);
    const most = start + MOST_BYTES * text.length;
    if (most > this.#bytes.length) this.#resize(Math.max(most, 2 * start), this.#ends.length);
    if (this.length === this.#ends.length)
      this.#resize(this.#bytes.length, FIRST_IDS + 2 * this.length);
    const { written } = ENCODER.encodeInto(text, this.#bytes.subarray(start));
    this.#ends[this.length++] = start + written;
  }

  /** No more is added. */
  trim(): void {
    this.#resize(this.#endOf(this.length), this.length);
  }

  at(index: number): string | undefined {
    if (!(index >= 0 && index < this.length)) return undefined;
    const [start, end] = [this.#endOf(index), this.#endOf(index + 1)];
    return JSON.parse(DECODER.decode(this.#bytes.subarray(start, end - 1)));
  }

  *[Symbol.iterator](): Generator<string, void> {
    for (let index = 0; index < this.length; index++) yield this.at(index) ?? '';
  }

  /** The names as a list in JSON. */
  get json(): string {
    const end = Math.max(0, this.#endOf(this.length) - 1);
    return `[${DECODER.decode(this.#bytes.subarray(0, end))}]`;
  }

  /** The end of the first `count` names. */
  #endOf(count: number): number {
    return this.#ends[count - 1] ?? 0;
  }

  #resize(bytes: number, ids: number): void {
    const used = this.#bytes.subarray(0, this.#endOf(this.length));
    const ends = this.#ends.subarray(0, this.length);
    this.#bytes = new Uint8Array(bytes);
    this.#ends = new Uint32Array(ids);
    this.#bytes.set(used);
    this.#ends.set(ends);
  }
}
