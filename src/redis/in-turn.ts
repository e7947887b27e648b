/** Work that is done one after the other, in the order in which it came, whatever becomes of it. */
export class InTurn {
  /** Ends with the last that is under way or to come. */
  #tail: Promise<unknown> = Promise.resolve();
  #count = 0;

  /** Whether nothing is under way or to come. */
  get isIdle(): boolean {
    return this.#count === 0;
  }

  do<T>(work: () => Promise<T>): Promise<T> {
    this.#count++;
    const done = this.#tail.then(work).finally(() => {
      this.#count--;
    });
    this.#tail = done.catch(() => {});
    return done;
  }
}
