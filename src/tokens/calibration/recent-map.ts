/**
 * A map of bounded size: it keeps the values that were used last, and up to as many that were used
 * before them.
 *
 * Two generations: what is used goes into the younger one; when that is full, it becomes the older
 * one, and the older one is dropped. A list in the order of use would change at each `get`, which
 * each call does several times.
 */
export class RecentMap<Value> {
  readonly #most: number;
  #younger = new Map<string, Value>();
  #older = new Map<string, Value>();

  /** @param most - how many values are kept at least */
  constructor(most: number) {
    this.#most = most;
  }

  get(key: string): Value | undefined {
    const value = this.#younger.get(key);
    if (value !== undefined) return value;
    const older = this.#older.get(key);
    if (older !== undefined) this.set(key, older);
    return older;
  }

  set(key: string, value: Value): void {
    this.#older.delete(key);
    this.#younger.set(key, value);
    if (this.#younger.size < this.#most) return;
    this.#older = this.#younger;
    this.#younger = new Map();
  }

  delete(key: string): void {
    this.#younger.delete(key);
    this.#older.delete(key);
  }

  /** The value of a key; a missing one is made by `make`. */
  ensure(key: string, make: () => Value): Value {
    const known = this.get(key);
    if (known !== undefined) return known;
    const made = make();
    this.set(key, made);
    return made;
  }

  /** The values that were used last, at most as many as are kept at least. */
  entries(): readonly (readonly [key: string, value: Value])[] {
    return [...this.#older, ...this.#younger].slice(-this.#most);
  }
}
