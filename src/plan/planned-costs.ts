import { amount, type Cost, DIMENSIONS, minus, plus, times } from '../model/limits.ts';
import type { PlannedCosts } from '../rules/rehearsal.ts';
import { CostList } from './cost-list.ts';

/** What planned calls of one lane reserve, and what of that they are expected to leave unused. */
export class PlannedCostList implements PlannedCosts {
  readonly #reserved = new CostList();
  readonly #unused = new CostList();
  #sumReserved: Cost = {};
  #sumUnused: Cost = {};

  get length(): number {
    return this.#reserved.length;
  }

  /** `actual`: what the call is expected to cost in the end, where that is known. */
  add(reserved: Cost, actual: Cost = reserved): void {
    const unused = minus(reserved, actual);
    this.#reserved.add(reserved);
    this.#unused.add(unused);
    this.#sumReserved = plus(this.#sumReserved, reserved);
    this.#sumUnused = plus(this.#sumUnused, unused);
  }

  at(index: number): Cost | undefined {
    return this.#reserved.at(index);
  }

  unusedAt(index: number): Cost | undefined {
    return this.#unused.at(index);
  }

  /** A call that has reserved another amount is taken to use as much as these. */
  unusedOf(reserved: Cost): Cost {
    const used = times(minus(this.#sumReserved, this.#sumUnused), 1 / this.length);
    const more = minus(reserved, used);
    const isUnused = DIMENSIONS.filter((each) => amount(this.#sumUnused, each) > 0);
    return Object.fromEntries(isUnused.map((each) => [each, amount(more, each)]));
  }
}
