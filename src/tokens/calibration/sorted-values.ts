/** Numbers in order, of which each takes its place as it comes: sorting all of them would cost more. */
export class SortedValues {
  readonly #values: number[];

  constructor(values: readonly number[] = []) {
    this.#values = values.toSorted((one, other) => one - other);
  }

  get values(): readonly number[] {
    return this.#values;
  }

  add(value: number): void {
    this.#values.splice(this.#placeOf(value), 0, value);
  }

  /** Takes out a value that is there. */
  remove(value: number): void {
    this.#values.splice(this.#placeOf(value), 1);
  }

  /** The index of the first value that is not less. */
  #placeOf(value: number): number {
    let low = 0;
    let high = this.#values.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#values[middle] ?? value) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
