/** What has become of one item: a value, or what `fn` has failed with at last. */
export type MapResult<Item, Value> =
  | { readonly index: number; readonly item: Item; readonly value: Value }
  | { readonly index: number; readonly item: Item; readonly error: unknown };

/** Results that nobody has taken yet, in the order in which they are handed out. */
export class Results<Result extends { readonly index: number }> {
  readonly #isOrdered: boolean;
  readonly #byIndex = new Map<number, Result>();
  #next = 0;

  constructor(isOrdered: boolean) {
    this.#isOrdered = isOrdered;
  }

  add(result: Result): void {
    this.#byIndex.set(result.index, result);
  }

  /** The next one; `undefined` where none is there, or an earlier one is still to come. */
  take(): Result | undefined {
    const result = this.#isOrdered ? this.#byIndex.get(this.#next) : this.#first();
    if (result === undefined) return undefined;
    this.#byIndex.delete(result.index);
    this.#next++;
    return result;
  }

  clear(): void {
    this.#byIndex.clear();
  }

  get size(): number {
    return this.#byIndex.size;
  }

  #first(): Result | undefined {
    const [first] = this.#byIndex.values();
    return first;
  }
}
