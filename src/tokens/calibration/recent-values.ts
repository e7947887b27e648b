/** The last values of a quantity, and their quantiles. */
export class RecentValues {
  readonly #most: number;
  readonly #values: number[];
  #oldest = 0;
  #sorted: readonly number[] | undefined;

  /**
   * @param most - how many values are kept
   * @param values - those to begin with, the oldest first
   */
  constructor(most: number, values: readonly number[] = []) {
    this.#most = most;
    this.#values = values.slice(-most);
  }

  get count(): number {
    return this.#values.length;
  }

  add(value: number): void {
    this.#sorted = undefined;
    if (this.#values.length < this.#most) {
      this.#values.push(value);
      return;
    }
    this.#values[this.#oldest] = value;
    this.#oldest = (this.#oldest + 1) % this.#most;
  }

  /** The quantile `share`; `undefined` without values. */
  quantile(share: number): number | undefined {
    this.#sorted ??= this.#values.toSorted((one, other) => one - other);
    const sorted = this.#sorted;
    return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  }

  /** The oldest first. */
  toJSON(): number[] {
    return [...this.#values.slice(this.#oldest), ...this.#values.slice(0, this.#oldest)];
  }
}
