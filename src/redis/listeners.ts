/** Who wants to be told of something. A listener's failure is its own: nobody here could act on it. */
export class Listeners<Told extends readonly unknown[]> {
  readonly #listeners = new Set<(...told: Told) => void>();

  /** Returns what ends that. The same function may listen twice, and be taken off once. */
  add(listener: (...told: Told) => void): () => void {
    const own = (...told: Told): void => listener(...told);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  tell(...told: Told): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(...told);
      } catch {}
    }
  }

  clear(): void {
    this.#listeners.clear();
  }
}
