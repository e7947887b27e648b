/** The last values of a quantity, and their quantiles. */
export class RecentValues {
  readonly #most: number;
  readonly #values: number[];
  #oldest = 0;
  /** The same values in order; kept so, because a quantile is asked for after nearly every value. */
  readonly #sorted: number[];

  /**
   * @param most - how many values are kept
   * @param values - those to begin with, the oldest first
   */
  constructor(most: number, values: readonly number[] = []) {
    this.#most = most;
    this.#values = values.slice(-most);
    this.#sorted = this.#values.toSorted((one, other) => one - other);
  }

  get count(): number {
    return this.#values.length;
  }

  add(value: number): void {
    if (this.#values.length === this.#most) this.#replaceOldest(value);
    else this.#values.push(value);
    this.#sorted.splice(placeOf(value, this.#sorted), 0, value);
  }

  /** The quantile `share`; `undefined` without values. */
  quantile(share: number): number | undefined {
    const sorted = this.#sorted;
    return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  }

  /** The oldest first. */
  toJSON(): number[] {
    return [...this.#values.slice(this.#oldest), ...this.#values.slice(0, this.#oldest)];
  }

  #replaceOldest(value: number): void {
    const oldest = this.#values[this.#oldest] ?? value;
    this.#sorted.splice(placeOf(oldest, this.#sorted), 1);
    this.#values[this.#oldest] = value;
    this.#oldest = (this.#oldest + 1) % this.#most;
  }
}

/** The index of the first value that is not less, in values that are in order. */
function placeOf(value: number, sorted: readonly number[]): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? value) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
