/** Looks at the entries of a map one after the other, again and again, whatever becomes of them. */
export class Round<K, V> {
  readonly #map: ReadonlyMap<K, V>;
  #entries: Iterator<readonly [K, V]>;

  constructor(map: ReadonlyMap<K, V>) {
    this.#map = map;
    this.#entries = map.entries();
  }

  /** The next one; after the last one the first. `undefined` where there is none. */
  next(): readonly [K, V] | undefined {
    const { value, done } = this.#entries.next();
    if (done !== true) return value;
    // To begin anew at each step would take as long as there are gaps that others have left.
    this.#entries = this.#map.entries();
    const first = this.#entries.next();
    return first.done === true ? undefined : first.value;
  }
}
