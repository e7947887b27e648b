/** What went wrong with single calls. The same error is told once, and then counted. */
export class Failures {
  readonly #say: (line: string) => void;
  readonly #counts = new Map<string, number>();

  constructor(say: (line: string) => void) {
    this.#say = say;
  }

  add(what: string, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    const count = (this.#counts.get(message) ?? 0) + 1;
    this.#counts.set(message, count);
    if (count === 1) this.#say(`${what} failed: ${message}`);
  }

  /** One line for each error. */
  toString(): string {
    const lines = Array.from(this.#counts, ([message, count]) => `${count} failed: ${message}`);
    return lines.join('\n');
  }
}
