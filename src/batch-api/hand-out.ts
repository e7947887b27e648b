/**
 * Results on their way from those who have them to the one who asks for them.
 *
 * Invariant: who waits for `taken` goes on when all that was given has been taken, and the next one
 * is asked for: its taker is done with the last.
 */
export class HandOut<Result> {
  #given: Result[] = [];
  #asking: (() => void) | undefined;
  #waiting: (() => void)[] = [];
  #end: { readonly failure?: { readonly reason: unknown } } | undefined;

  give(result: Result): void {
    this.#given.push(result);
    this.#asking?.();
  }

  taken(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#asking?.();
    });
  }

  /** Nothing more is given. */
  end(failure?: { readonly reason: unknown }): void {
    this.#end ??= failure === undefined ? {} : { failure };
    this.#asking?.();
  }

  /** @throws what it was ended with, when all has been taken */
  async *results(): AsyncGenerator<Result, void> {
    for (;;) {
      const given = this.#given;
      this.#given = [];
      yield* given;
      if (this.#given.length > 0) continue;
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const goOn of waiting) goOn();
      if (waiting.length > 0) continue;
      if (this.#end?.failure !== undefined) throw this.#end.failure.reason;
      if (this.#end !== undefined) return;
      await new Promise<void>((resolve) => {
        this.#asking = resolve;
      });
      this.#asking = undefined;
    }
  }
}
