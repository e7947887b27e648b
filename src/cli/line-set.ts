/** Numbers of lines, in a bit for each line of a file. */
export class LineSet {
  #bytes = new Uint8Array(1024);

  has(line: number): boolean {
    return ((this.#bytes[line >> 3] ?? 0) & (1 << (line & 7))) !== 0;
  }

  add(line: number): void {
    const at = line >> 3;
    if (at >= this.#bytes.length) {
      const bytes = new Uint8Array(2 * at);
      bytes.set(this.#bytes);
      this.#bytes = bytes;
    }
    this.#bytes[at] = (this.#bytes[at] ?? 0) | (1 << (line & 7));
  }
}
