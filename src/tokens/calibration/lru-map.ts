/** A map of bounded size that drops its least recently used entries. */
export class LruMap<Value> {
  readonly #most: number;
  readonly #values = new Map<string, Value>();

  /** @param most - how many values are kept */
  constructor(most: number) {
    this.#most = most;
  }

  get(key: string): Value | undefined {
    const value = this.#values.get(key);
    if (value === undefined) return undefined;
    this.#values.delete(key);
    this.#values.set(key, value);
    return value;
  }

  set(key: string, value: Value): void {
    this.#values.delete(key);
    this.#values.set(key, value);
    for (const oldest of this.#values.keys()) {
      if (this.#values.size <= this.#most) break;
      this.#values.delete(oldest);
    }
  }

  delete(key: string): void {
    this.#values.delete(key);
  }

  /** The value of a key; a missing one is made by `make`. */
  ensure(key: string, make: () => Value): Value {
    const known = this.get(key);
    if (known !== undefined) return known;
    const made = make();
    this.set(key, made);
    return made;
  }

  /** The least recently used entry comes first. */
  entries(): readonly (readonly [key: string, value: Value])[] {
    return [...this.#values];
  }
}
