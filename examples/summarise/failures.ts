/** What went wrong with single calls. The same error is told once, and then counted. */
export class Failures {
  readonly #say: (line: string) => void;
  readonly #counts = new Map<string, number>();

  constructor(say: (line: string) => void) {
    this.#say = say;
  }

  add(what: string, error: unknown): void {
    const message = messageOf(error);
    const count = (this.#counts.get(message) ?? 0) + 1;
    this.#counts.set(message, count);
    if (count === 1) this.#say(`${what} failed: ${message}`);
  }

  /** A line for each error. */
  toString(): string {
    const lines = Array.from(this.#counts, ([message, count]) => `${count} failed: ${message}\n`);
    return lines.join('');
  }
}

/** The SDKs' messages for a broken connection say little without their cause. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { message, cause } = error;
  const saysMore = cause instanceof Error && cause.message !== message;
  return saysMore ? `${message} (${cause.message})` : message;
}
