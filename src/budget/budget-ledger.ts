import { type Budget, resetAfter } from './budget-option.ts';

/** The present state of one budget, in US dollars. */
export interface Spending {
  /** The key whose budget it is; `undefined` for the budget that all calls share. */
  readonly key: string | undefined;
  /** Spent by calls that have ended since the last reset. */
  readonly spentUsd: number;
  /** Reserved by calls that wait or are in flight. */
  readonly reservedUsd: number;
  /** The whole budget. */
  readonly limitUsd: number;
  /** The next reset, in milliseconds since the epoch. */
  readonly resetAt: number;
}

/** What one call has reserved, and of which budget. */
export interface Hold {
  readonly key: string | undefined;
  readonly billionths: number;
}

/** In billionths of a dollar, so that whole numbers are added up and nothing is lost on the way. */
interface KeptAccount {
  spent: number;
  reserved: number;
  /** The limit that it was last used with. */
  limitUsd: number;
}

export const BILLION = 1_000_000_000;

/**
 * What is spent and reserved of a budget, or of each key's. Pure: numbers in, numbers out.
 *
 * A call is spent in the window in which it ends; until then its reservation counts in each window
 * that it lasts into. So no reset makes room for what is still to be paid.
 *
 * Invariant: spent and reserved together exceed the limit by no more than what calls have cost
 * beyond their reservations.
 */
export class BudgetLedger {
  #budget: Budget;
  readonly #accounts = new Map<string | undefined, KeptAccount>();
  #resetAt = Number.NEGATIVE_INFINITY;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  /**
   * Reserves what a call may cost; `undefined` where the budget has no room for it. `limitUsd`: the
   * caller's own, instead of everybody's.
   */
  reserve(
    caller: string | undefined,
    usd: number,
    now: number,
    limitUsd: number = this.#budget.limitUsd,
  ): Hold | undefined {
    this.#reset(now);
    const key = this.#budget.perKey ? caller : undefined;
    const billionths = billionthsOf(usd);
    const { spent, reserved } = this.#accounts.get(key) ?? { spent: 0, reserved: 0 };
    // What costs nothing passes also where more than the budget has been spent.
    const fits = spent + reserved + billionths <= billionthsOf(limitUsd);
    if (billionths > 0 && !fits) return undefined;
    const account = this.#account(key);
    account.reserved += billionths;
    account.limitUsd = limitUsd;
    return { key, billionths };
  }

  /** Ends a hold, once, with what its call has cost: 0 gives all of it back. */
  settle({ key, billionths }: Hold, usd: number, now: number): void {
    this.#reset(now);
    const account = this.#account(key);
    account.reserved -= billionths;
    account.spent += billionthsOf(usd);
  }

  /** Every budget that anything is spent or reserved of; the shared one in any case. */
  spending(now: number): readonly Spending[] {
    this.#reset(now);
    if (!this.#budget.perKey) this.#account(undefined);
    return [...this.#accounts].map(([key, { limitUsd }]) => this.of(key, now, limitUsd));
  }

  /** The budget that a caller's calls are paid from. */
  of(caller: string | undefined, now: number, limitUsd: number = this.#budget.limitUsd): Spending {
    this.#reset(now);
    const { perKey } = this.#budget;
    const key = perKey ? caller : undefined;
    const { spent, reserved } = this.#accounts.get(key) ?? { spent: 0, reserved: 0 };
    const spentUsd = spent / BILLION;
    return { key, spentUsd, reservedUsd: reserved / BILLION, limitUsd, resetAt: this.#resetAt };
  }

  /** What is spent of a caller's budget, in billionths of a dollar. */
  spentOf(caller: string | undefined, now: number): number {
    this.#reset(now);
    return this.#accounts.get(caller)?.spent ?? 0;
  }

  /** So much of it is counted elsewhere from now on. */
  forget(caller: string | undefined, billionths: number): void {
    const account = this.#accounts.get(caller);
    if (account === undefined || billionths === 0) return;
    account.spent = Math.max(0, account.spent - billionths);
    if (account.spent + account.reserved === 0) this.#accounts.delete(caller);
  }

  /**
   * The ledger of another budget: this one, where its windows are the same, so that calls that have
   * reserved here are settled there.
   */
  with(budget: Budget): BudgetLedger {
    const { windowMs, perKey } = this.#budget;
    if (windowMs !== budget.windowMs || perKey !== budget.perKey) return new BudgetLedger(budget);
    this.#budget = budget;
    for (const account of this.#accounts.values()) account.limitUsd = budget.limitUsd;
    return this;
  }

  #account(key: string | undefined): KeptAccount {
    const known = this.#accounts.get(key);
    if (known !== undefined) return known;
    const account = { spent: 0, reserved: 0, limitUsd: this.#budget.limitUsd };
    this.#accounts.set(key, account);
    return account;
  }

  /** A new window has begun: only what is still to be paid is kept. */
  #reset(now: number): void {
    if (now < this.#resetAt) return;
    this.#resetAt = resetAfter(now, this.#budget);
    for (const [key, account] of this.#accounts) {
      account.spent = 0;
      if (account.reserved === 0) this.#accounts.delete(key);
    }
  }
}

/** A sum of money as a budget counts it: to the billionth of a dollar. */
export function counted(usd: number): number {
  return billionthsOf(usd) / BILLION;
}

export function billionthsOf(usd: number): number {
  return Math.min(Math.round(usd * BILLION), Number.MAX_SAFE_INTEGER);
}
