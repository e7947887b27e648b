import { type Cost, DIMENSIONS } from '../model/limits.ts';

const FIRST = 64;
const WIDTH = DIMENSIONS.length;

/** Costs of many calls, in 40 bytes each and some room. */
export class CostList {
  #amounts = new Float64Array(FIRST * WIDTH);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  add(cost: Cost): void {
    const from = this.#length++ * WIDTH;
    if (from === this.#amounts.length) {
      const more = new Float64Array(this.#amounts.length * 2);
      more.set(this.#amounts);
      this.#amounts = more;
    }
    for (const [column, dimension] of DIMENSIONS.entries()) {
      this.#amounts[from + column] = cost[dimension] ?? Number.NaN;
    }
  }

  /** As it was added: what was left out of it is left out again. */
  at(index: number): Cost | undefined {
    if (index < 0 || index >= this.#length) return undefined;
    const cost: { -readonly [dimension in keyof Cost]: number } = {};
    for (const [column, dimension] of DIMENSIONS.entries()) {
      const amount = this.#amounts[index * WIDTH + column] ?? Number.NaN;
      if (!Number.isNaN(amount)) cost[dimension] = amount;
    }
    return cost;
  }
}
