/** Of the largest pieces of memory; a longer line has one of its own. */
const PIECE_BYTES = 262_144;
/** Of the first piece: there may be many models, and each has a batch. */
const FIRST_BYTES = 4096;
/** Of a unit of UTF-16 in UTF-8. */
const MOST_BYTES = 3;

/** Lines in UTF-8, with their newlines, in a few pieces: many texts would each outlive their use. */
export class PackedLines implements Iterable<string> {
  readonly #pieces: Uint8Array<ArrayBuffer>[] = [];
  /** Of the last piece. */
  #used = 0;
  /** Of all. */
  #bytes = 0;
  length = 0;

  add(line: Uint8Array): void {
    const last = this.#pieces.at(-1);
    if (last === undefined || this.#used + line.length > last.length) {
      this.#close();
      // As much again as there is.
      const next = Math.min(PIECE_BYTES, Math.max(FIRST_BYTES, this.#bytes));
      this.#pieces.push(new Uint8Array(Math.max(next, line.length)));
      this.#used = 0;
    }
    this.#pieces.at(-1)?.set(line, this.#used);
    this.#used += line.length;
    this.#bytes += line.length;
    this.length++;
  }

  /** All lines, one after the other. */
  get pieces(): readonly Uint8Array<ArrayBuffer>[] {
    this.#close();
    return this.#pieces;
  }

  /** Nothing more fits into the last piece. */
  #close(): void {
    const last = this.#pieces.pop();
    if (last !== undefined) this.#pieces.push(last.subarray(0, this.#used));
  }

  *[Symbol.iterator](): Generator<string, void> {
    const decoder = new TextDecoder();
    for (const piece of this.pieces) yield* decoder.decode(piece).trimEnd().split('\n');
  }
}

/** Encodes lines, each in the place of the one before. */
export class LineEncoder {
  readonly #encoder = new TextEncoder();
  readonly #bytes = new Uint8Array(PIECE_BYTES);

  /** The line in UTF-8, with a newline: until the next one is encoded. */
  encode(line: string): Uint8Array {
    const most = MOST_BYTES * line.length + 1;
    if (most > this.#bytes.length) return this.#encoder.encode(`${line}\n`);
    const { written } = this.#encoder.encodeInto(line, this.#bytes);
    this.#bytes[written] = NEWLINE;
    return this.#bytes.subarray(0, written + 1);
  }
}

const NEWLINE = 10;
