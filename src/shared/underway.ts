/** A step that follows an answer begins within so many turns of the microtask queue. */
const TURNS = 32;

/** What a store is asked at present: it closes when that is answered, and what follows from it. */
export class Underway {
  readonly #asked = new Set<Promise<unknown>>();

  /** Notes a question until it is answered. */
  async of<T>(asked: Promise<T>): Promise<T> {
    this.#asked.add(asked);
    try {
      return await asked;
    } finally {
      this.#asked.delete(asked);
    }
  }

  /** Resolves when nothing is asked any more: not before what was begun just now has asked. */
  async over(): Promise<void> {
    for (;;) {
      for (let turn = 0; turn < TURNS; turn++) await undefined;
      if (this.#asked.size === 0) return;
      await Promise.allSettled(this.#asked);
    }
  }
}
