import { digest } from '../callers/digest.ts';
import type { Clock } from '../clock.ts';
import { BudgetSpent, HeadroomError, StoreUnavailable } from '../errors.ts';
import type { Account, LedgerAnswer, LedgerStore } from '../shared/ledger.ts';
import { BILLION, BudgetLedger, billionthsOf, counted, type Spending } from './budget-ledger.ts';
import type { Budget } from './budget-option.ts';

/** What a call asks of a budget. */
export interface BudgetedCall {
  readonly model: string;
  readonly key: string | undefined;
  readonly costUsd: number;
  /** The output that `costUsd` assumes, for a call that sets no maximum. */
  readonly assumedOutput?: number | undefined;
  /** The caller's own limit, instead of everybody's. */
  readonly limitUsd?: number | undefined;
}

/** Ends a reservation with what the call has cost. */
export type EndReservation = (usd: number) => void;

/** So many accounts are remembered for `spending`. */
const MOST_TOLD = 10_000;

/**
 * A budget, and where it is kept: in memory; or in the store that processes share, and in memory
 * while that is lost. What is spent meanwhile is told to the store when it is back.
 */
export class BudgetBook {
  readonly #name: string;
  readonly #clock: Clock;
  #store: LedgerStore | undefined;
  #budget: Budget;
  #ledger: BudgetLedger;
  /** What the store has last said of each account. */
  readonly #told = new Map<string | undefined, Spending>();

  /** `name`: its own among the budgets of a store. */
  constructor(name: string, budget: Budget, clock: Clock, store?: LedgerStore) {
    this.#name = name;
    this.#budget = budget;
    this.#clock = clock;
    this.#store = store;
    this.#ledger = new BudgetLedger(budget);
  }

  /** From now on the budget is kept in a store. */
  share(store: LedgerStore): void {
    this.#store = store;
  }

  /** Goes on with another budget; what has been spent stays spent where its windows are the same. */
  adopt(budget: Budget): void {
    const ledger = this.#ledger.with(budget);
    if (ledger !== this.#ledger) this.#told.clear();
    const { limitUsd } = budget;
    for (const [key, told] of this.#told) this.#told.set(key, { ...told, limitUsd });
    this.#budget = budget;
    this.#ledger = ledger;
  }

  /**
   * Reserves what a call may cost.
   * @throws BudgetSpent where there is no room for it
   * @throws StoreUnavailable where the store is lost, and nothing goes without it
   */
  reserve(entry: BudgetedCall): EndReservation | Promise<EndReservation> {
    if (this.#store === undefined) return this.#here(entry, entry.limitUsd);
    return this.#store.isUp ? this.#there(this.#store, entry) : this.#without(this.#store, entry);
  }

  /** Every budget that something is spent or reserved of. */
  spending(): readonly Spending[] {
    const now = this.#clock.now();
    for (const [key, { resetAt }] of this.#told) if (resetAt <= now) this.#told.delete(key);
    const here = this.#ledger.spending(now).filter(({ key }) => !this.#told.has(key));
    const told = [...this.#told.values()].map((each) => {
      return together(each, this.#ledger.of(each.key, now), each.limitUsd);
    });
    return [...told, ...here];
  }

  /** `known`: what the store has last said of the budget, in whose place this process decides. */
  #here(
    { model, key, costUsd, assumedOutput }: BudgetedCall,
    limitUsd: number | undefined,
    known?: Spending,
  ): EndReservation {
    const ledger = this.#ledger;
    const hold = ledger.reserve(key, costUsd, this.#clock.now(), limitUsd);
    if (hold === undefined) {
      const here = ledger.of(key, this.#clock.now(), limitUsd);
      const limit = here.limitUsd + (known === undefined ? 0 : usedOf(known));
      const spending = known === undefined ? here : together(known, here, counted(limit));
      throw new BudgetSpent({ model, costUsd, assumedOutput, ...spending });
    }
    // Another budget may have begun meanwhile, which knows nothing of this call.
    return (usd) => ledger.settle(hold, usd, this.#clock.now());
  }

  async #there(store: LedgerStore, entry: BudgetedCall): Promise<EndReservation> {
    const account = await this.#account(entry);
    const reserved = billionthsOf(entry.costUsd);
    const key = this.#keyOf(entry);
    // What was spent without the store until now is told before.
    const told = this.#ledger.spentOf(key, this.#clock.now());
    let answer: LedgerAnswer;
    try {
      answer = await store.reserve(account, reserved);
    } catch (error) {
      if (error instanceof HeadroomError) throw error;
      // As if the store were lost. Whatever it has reserved ends with what is said next.
      return this.#without(store, entry, error);
    }
    const { model, costUsd, assumedOutput } = entry;
    const spending = this.#spending(entry, answer);
    this.#ledger.forget(key, told);
    this.#tellOf(spending);
    if (!answer.isReserved) throw new BudgetSpent({ model, costUsd, assumedOutput, ...spending });
    return (usd) => {
      store.settle(account, reserved, billionthsOf(usd));
      this.#settled(spending.key, costUsd, usd);
    };
  }

  /** The store has said it, and will say it again with the next answer: until then, this is known. */
  #tellOf(spending: Spending): void {
    this.#told.delete(spending.key);
    this.#told.set(spending.key, spending);
    const now = this.#clock.now();
    for (const [key, { resetAt }] of this.#told) {
      if (resetAt > now && this.#told.size <= MOST_TOLD) return;
      this.#told.delete(key);
    }
  }

  #settled(key: string | undefined, reservedUsd: number, usd: number): void {
    const told = this.#told.get(key);
    if (told === undefined) return;
    const spentUsd = counted(told.spentUsd + usd);
    const left = counted(Math.max(0, told.reservedUsd - reservedUsd));
    this.#told.set(key, { ...told, spentUsd, reservedUsd: left });
  }

  /** While the store is lost: this process has its share of what was left, as far as it knows. */
  #without(
    store: LedgerStore,
    entry: BudgetedCall,
    cause: unknown = store.lostCause,
  ): EndReservation {
    if (store.onStoreLost === 'closed') {
      const message = "The store of the budget can't be reached, and calls may not go without it";
      throw new StoreUnavailable(message, cause, store.remedy);
    }
    const limitUsd = entry.limitUsd ?? this.#budget.limitUsd;
    const told = this.#told.get(this.#keyOf(entry));
    const known = told !== undefined && told.resetAt > this.#clock.now() ? told : undefined;
    const left = Math.max(0, limitUsd - (known === undefined ? 0 : usedOf(known)));
    const isOpen = store.onStoreLost === 'open';
    const end = this.#here(
      entry,
      isOpen ? Number.POSITIVE_INFINITY : left / store.instances,
      known,
    );
    return (usd) => {
      end(usd);
      if (usd > 0) void this.#tell(store, entry, usd);
    };
  }

  async #tell(store: LedgerStore, entry: BudgetedCall, usd: number): Promise<void> {
    store.settle(await this.#account(entry), 0, billionthsOf(usd));
  }

  async #account({ key, limitUsd = this.#budget.limitUsd }: BudgetedCall): Promise<Account> {
    const { windowMs, perKey } = this.#budget;
    const whose = perKey && key !== undefined ? await digest(key, this.#clock) : '';
    const id = `${this.#name}/${windowMs}/${whose}`;
    return { id, limitBillionths: billionthsOf(limitUsd), windowMs };
  }

  #keyOf({ key }: BudgetedCall): string | undefined {
    return this.#budget.perKey ? key : undefined;
  }

  #spending(entry: BudgetedCall, answer: LedgerAnswer): Spending {
    const { limitUsd = this.#budget.limitUsd } = entry;
    return {
      key: this.#keyOf(entry),
      spentUsd: answer.spent / BILLION,
      reservedUsd: answer.reserved / BILLION,
      limitUsd,
      resetAt: answer.resetAt,
    };
  }
}

function usedOf({ spentUsd, reservedUsd }: Spending): number {
  return spentUsd + reservedUsd;
}

/** What the store has said, with what this process has spent without it. */
function together(known: Spending, here: Spending, limitUsd: number): Spending {
  const spentUsd = counted(known.spentUsd + here.spentUsd);
  const reservedUsd = counted(known.reservedUsd + here.reservedUsd);
  return { ...known, spentUsd, reservedUsd, limitUsd };
}
