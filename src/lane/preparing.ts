/** Calls that are on their way into a lane: they are being estimated, or their caller is looked up. */
export class Preparing {
  #count = 0;
  #waiting: (() => void)[] = [];

  get count(): number {
    return this.#count;
  }

  /** One more, until `end`. */
  begin(): void {
    this.#count++;
  }

  /** One less: once for each that has begun. */
  end(): void {
    this.#count--;
    if (this.#count === 0) this.#tell();
  }

  /** Resolves when there is none. */
  async none(): Promise<void> {
    while (this.#count > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #tell(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
