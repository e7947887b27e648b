import { amount, type Cost, type Dimension } from '../model/limits.ts';

/** Costs as rows of numbers, counted from 1, in the dimensions that matter: many are compared. */
export class CostRows {
  /** Whether they are all the same. */
  readonly areAlike: boolean;
  readonly #columns: readonly Float64Array[];

  constructor(costs: readonly Cost[], dimensions: readonly Dimension[]) {
    this.#columns = [...new Set(dimensions)].map((dimension) =>
      Float64Array.from([0, ...costs.map((cost) => amount(cost, dimension))]),
    );
    this.areAlike = this.#columns.every((column) =>
      column.every((value, row) => row === 0 || value === column[1]),
    );
  }

  /** Whether a cost is in no dimension less than one of the others. */
  isAtLeastAny(row: number, others: readonly number[]): boolean {
    for (const other of others) {
      if (this.#isAtLeast(row, other)) return true;
    }
    return false;
  }

  #isAtLeast(row: number, other: number): boolean {
    for (const column of this.#columns) {
      if ((column[row] ?? 0) < (column[other] ?? 0)) return false;
    }
    return true;
  }
}
