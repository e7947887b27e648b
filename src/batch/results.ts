/** Which item a result belongs to. */
export interface ItemRef<Item> {
  /** The item's place among `items`; the first is 0. */
  readonly index: number;
  /** The item itself. */
  readonly item: Item;
}

/** The result of an item that went well. */
export interface ItemValue<Item, Value> extends ItemRef<Item> {
  /** What `fn` returned, or the JSON of the provider's answer. */
  readonly value: Value;
}

/** The result of an item that failed. */
export interface ItemError<Item> extends ItemRef<Item> {
  /** The error of the last try. */
  readonly error: unknown;
}

/** The result of one item: its value, or its error. `'error' in result` tells them apart. */
export type MapResult<Item, Value> = ItemValue<Item, Value> | ItemError<Item>;

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
