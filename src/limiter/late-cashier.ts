import type { Spending } from '../budget/budget-ledger.ts';
import { type Budget, resetAfter } from '../budget/budget-option.ts';
import { type BudgetReservation, NOTHING_RESERVED } from '../budget/budget-reservation.ts';
import type { Cashier, PayableCall } from '../budget/cashier.ts';
import type { Clock } from '../clock.ts';
import type { LedgerStore } from '../shared/ledger.ts';

/** What it needs of its limiter. */
interface PayingHost {
  readonly clock: Clock;
  loaded<Module>(load: () => Promise<Module>): Promise<Module>;
}

/** Pays calls from budgets. The code for that is loaded with the first call that has one. */
export class LateCashier {
  readonly #host: PayingHost;
  #budget: Budget | undefined;
  #store: LedgerStore | undefined;
  #cashier: Cashier | undefined;
  #loading: Promise<Cashier> | undefined;

  constructor(budget: Budget | undefined, host: PayingHost) {
    this.#host = host;
    this.#budget = budget;
  }

  /** As `Cashier.reserve`; later, where the code is still to be loaded. */
  reserve(call: Omit<PayableCall, 'callId'>): BudgetReservation | Promise<BudgetReservation> {
    if (this.#cashier !== undefined) return this.#cashier.reserve(call);
    const hasBudget = this.#budget !== undefined || call.caller.terms.usdPerDay !== undefined;
    if (!hasBudget) return NOTHING_RESERVED;
    this.#loading ??= this.#load();
    return this.#loading.then((cashier) => cashier.reserve(call));
  }

  /** From now on the budgets are kept in a store. */
  share(store: LedgerStore): void {
    this.#store = store;
    this.#cashier?.share(store);
  }

  /** Goes on with another budget; what has been spent stays spent where its windows are the same. */
  adopt(budget: Budget | undefined): void {
    this.#budget = budget;
    this.#cashier?.adopt(budget);
  }

  /** Every budget that something is spent or reserved of; the one that all calls share in any case. */
  spending(): readonly Spending[] {
    if (this.#cashier !== undefined) return this.#cashier.spending();
    const budget = this.#budget;
    if (budget === undefined || budget.perKey) return [];
    const { limitUsd } = budget;
    const resetAt = resetAfter(this.#host.clock.now(), budget);
    return [{ key: undefined, spentUsd: 0, reservedUsd: 0, limitUsd, resetAt }];
  }

  async #load(): Promise<Cashier> {
    const { clock } = this.#host;
    try {
      const { Cashier } = await this.#host.loaded(() => import('../budget/cashier.ts'));
      const cashier = new Cashier(this.#budget, clock);
      if (this.#store !== undefined) cashier.share(this.#store);
      this.#cashier = cashier;
      return cashier;
    } catch (error) {
      // Another call may have more luck.
      this.#loading = undefined;
      throw error;
    }
  }
}
