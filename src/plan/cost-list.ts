import { type Cost, DIMENSIONS } from '../model/limits.ts';

/** In costs. */
const PAGE = 1024;
/** Stands for nothing among whole numbers. */
const NONE = 0xffff_ffff;

/** Amounts of one dimension, `NaN` for none: a single one for all, whole ones, or any. */
type Page = number | Uint32Array | Float64Array;

/**
 * Costs of many calls: for each, 4 bytes for an amount that others don't have too, and 8 where
 * amounts aren't whole.
 */
export class CostList {
  /** A list of pages for each dimension. */
  readonly #full: readonly Page[][] = DIMENSIONS.map(() => []);
  readonly #last: readonly Float64Array[] = DIMENSIONS.map(() => new Float64Array(PAGE));
  #length = 0;

  get length(): number {
    return this.#length;
  }

  add(cost: Cost): void {
    const place = this.#length++ % PAGE;
    for (const [column, amounts] of this.#last.entries()) {
      const dimension = DIMENSIONS[column];
      amounts[place] = (dimension && cost[dimension]) ?? Number.NaN;
      if (place === PAGE - 1) this.#full[column]?.push(packed(amounts));
    }
  }

  /** As it was added: what was left out of it is left out again. */
  at(index: number): Cost | undefined {
    if (index < 0 || index >= this.#length) return undefined;
    const cost: { -readonly [dimension in keyof Cost]: number } = {};
    for (const [column, dimension] of DIMENSIONS.entries()) {
      const page = this.#full[column]?.[Math.floor(index / PAGE)] ?? this.#last[column];
      const amount = amountIn(page, index % PAGE);
      if (!Number.isNaN(amount)) cost[dimension] = amount;
    }
    return cost;
  }
}

/** The same in as little room as it takes. */
function packed(amounts: Float64Array): Page {
  const [first = Number.NaN] = amounts;
  if (amounts.every((amount) => Object.is(amount, first))) return first;
  const isWhole = (amount: number): boolean => amount >>> 0 === amount && amount !== NONE;
  if (!amounts.every((amount) => Number.isNaN(amount) || isWhole(amount))) return amounts.slice();
  return Uint32Array.from(amounts, (amount) => (Number.isNaN(amount) ? NONE : amount));
}

function amountIn(page: Page | undefined, place: number): number {
  if (page === undefined || typeof page === 'number') return page ?? Number.NaN;
  const amount = page[place] ?? Number.NaN;
  return page instanceof Uint32Array && amount === NONE ? Number.NaN : amount;
}
