import { type Cost, DIMENSIONS } from '../model/limits.ts';

const WIDTH = DIMENSIONS.length;
/** In costs: 40 kB. */
const PAGE = 1024;

/** Costs of many calls, in 40 bytes each. */
export class CostList {
  readonly #pages: Float64Array[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  add(cost: Cost): void {
    const index = this.#length++;
    const page = this.#pages[Math.floor(index / PAGE)] ?? new Float64Array(PAGE * WIDTH);
    if (index % PAGE === 0) this.#pages.push(page);
    for (const [column, dimension] of DIMENSIONS.entries()) {
      page[(index % PAGE) * WIDTH + column] = cost[dimension] ?? Number.NaN;
    }
  }

  /** As it was added: what was left out of it is left out again. */
  at(index: number): Cost | undefined {
    const page = this.#pages[Math.floor(index / PAGE)];
    if (page === undefined || index >= this.#length) return undefined;
    const cost: { -readonly [dimension in keyof Cost]: number } = {};
    for (const [column, dimension] of DIMENSIONS.entries()) {
      const amount = page[(index % PAGE) * WIDTH + column] ?? Number.NaN;
      if (!Number.isNaN(amount)) cost[dimension] = amount;
    }
    return cost;
  }
}
