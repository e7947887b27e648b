import { SortedValues } from './sorted-values.ts';

/** The last values of a quantity, and their quantiles. */
export class RecentValues {
  readonly #most: number;
  readonly #values: number[];
  #oldest = 0;
  /** The same values; kept in order, because a quantile is asked for after nearly every one. */
  readonly #sorted: SortedValues;

  /**
   * @param most - how many values are kept
   * @param values - those to begin with, the oldest first
   */
  constructor(most: number, values: readonly number[] = []) {
    this.#most = most;
    this.#values = values.slice(-most);
    this.#sorted = new SortedValues(this.#values);
  }

  get count(): number {
    return this.#values.length;
  }

  add(value: number): void {
    if (this.#values.length === this.#most) this.#replaceOldest(value);
    else this.#values.push(value);
    this.#sorted.add(value);
  }

  /** The quantile `share`; `undefined` without values. */
  quantile(share: number): number | undefined {
    const sorted = this.#sorted.values;
    return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  }

  /** Not a number without values. */
  get mean(): number {
    return this.#values.reduce((sum, each) => sum + each, 0) / this.count;
  }

  /** The oldest first. */
  toJSON(): number[] {
    return [...this.#values.slice(this.#oldest), ...this.#values.slice(0, this.#oldest)];
  }

  #replaceOldest(value: number): void {
    this.#sorted.remove(this.#values[this.#oldest] ?? value);
    this.#values[this.#oldest] = value;
    this.#oldest = (this.#oldest + 1) % this.#most;
  }
}
