/** A binary heap: the least item first, by `isBefore`. Any item can be taken out of it. */
export class Heap<T extends object> {
  readonly #isBefore: (one: T, other: T) => boolean;
  readonly #items: T[] = [];
  readonly #indices = new Map<T, number>();

  constructor(isBefore: (one: T, other: T) => boolean) {
    this.#isBefore = isBefore;
  }

  get first(): T | undefined {
    return this.#items[0];
  }

  get size(): number {
    return this.#items.length;
  }

  has(item: T): boolean {
    return this.#indices.has(item);
  }

  add(item: T): void {
    this.#place(item, this.#items.length);
    this.#rise(this.#items.length - 1);
  }

  /** Takes `item` out, where it is in. */
  remove(item: T): void {
    const index = this.#indices.get(item);
    if (index === undefined) return;
    this.#indices.delete(item);
    const last = this.#items.pop();
    if (last === undefined || last === item) return;
    this.#place(last, index);
    this.#rise(index);
    this.#sink(this.#indices.get(last) ?? index);
  }

  /** The items from the least on; no more of them are sorted than are asked for. */
  *inOrder(): Generator<T, void> {
    // Whose parents are out; the least is the last.
    const open = [0];
    for (let index = open.pop(); index !== undefined; index = open.pop()) {
      const item = this.#items[index];
      if (item === undefined) continue;
      yield item;
      this.#open(open, 2 * index + 1);
      this.#open(open, 2 * index + 2);
    }
  }

  #open(open: number[], index: number): void {
    if (index >= this.#items.length) return;
    let low = 0;
    for (let high = open.length; low < high; ) {
      const middle = (low + high) >>> 1;
      if (this.#isLess(open[middle] ?? 0, index)) high = middle;
      else low = middle + 1;
    }
    open.splice(low, 0, index);
  }

  #isLess(one: number, other: number): boolean {
    const [a, b] = [this.#items[one], this.#items[other]];
    return a !== undefined && b !== undefined && this.#isBefore(a, b);
  }

  #place(item: T, index: number): void {
    this.#items[index] = item;
    this.#indices.set(item, index);
  }

  #swap(one: number, other: number): void {
    const [a, b] = [this.#items[one], this.#items[other]];
    if (a === undefined || b === undefined) return;
    this.#place(a, other);
    this.#place(b, one);
  }

  #rise(from: number): void {
    for (let index = from; index > 0; ) {
      const parent = (index - 1) >> 1;
      if (!this.#isLess(index, parent)) return;
      this.#swap(index, parent);
      index = parent;
    }
  }

  #sink(from: number): void {
    for (let index = from; ; ) {
      const [left, right] = [2 * index + 1, 2 * index + 2];
      const child = this.#isLess(right, left) ? right : left;
      if (!this.#isLess(child, index)) return;
      this.#swap(index, child);
      index = child;
    }
  }
}
