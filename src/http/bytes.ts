/** The parts one after the other, as bytes of their own. */
export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** An empty buffer keeps so many bytes of memory at most. */
const KEPT_BYTES = 2 ** 16;

/** A growing buffer that copies what is appended: chunks belong to the reader and may be tiny. */
export class ByteBuffer {
  #bytes = new Uint8Array(0);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  append(part: Uint8Array): void {
    const length = this.#length + part.length;
    if (length > this.#bytes.length) this.#grow(Math.max(length, 2 * this.#bytes.length));
    this.#bytes.set(part, this.#length);
    this.#length = length;
  }

  /** The bytes so far; valid until the next change. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Forgets all. Keeps a small buffer for the next bytes. */
  clear(): void {
    if (this.#bytes.length > KEPT_BYTES) this.#bytes = new Uint8Array(0);
    this.#length = 0;
  }

  /** Keeps only the last `count` bytes and frees the memory of the others. */
  keepLast(count: number): void {
    this.#bytes = this.view().slice(Math.max(0, this.#length - count));
    this.#length = this.#bytes.length;
  }

  #grow(capacity: number): void {
    const bytes = new Uint8Array(capacity);
    bytes.set(this.view());
    this.#bytes = bytes;
  }
}
