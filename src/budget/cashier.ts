import type { Caller } from '../callers/caller.ts';
import type { Clock } from '../clock.ts';
import { DAY_MS } from '../model/limits.ts';
import type { Price } from '../model/price.ts';
import type { TokenEstimate } from '../model/usage.ts';
import { costInUsd, type PricedUsage } from '../providers/cost-in-usd.ts';
import { EXPECTED_OUTPUT_TOKENS, mostInUsd } from '../providers/most-in-usd.ts';
import type { LedgerStore } from '../shared/ledger.ts';
import { BudgetBook, type EndReservation } from './budget-book.ts';
import { counted, type Spending } from './budget-ledger.ts';
import type { Budget } from './budget-option.ts';
import { type BudgetReservation, NOTHING_RESERVED } from './budget-reservation.ts';

/** A call that is to be paid. */
export interface PayableCall {
  readonly call: { readonly model: string; readonly maxOutputTokens?: number | undefined };
  readonly estimate: TokenEstimate;
  readonly caller: Caller;
  /**
   * What its model costs.
   * @throws HeadroomError (`price_unknown`) where nobody knows
   */
  readonly price: () => Price;
  /** Its name in events. */
  readonly callId: string;
}

/** Pays calls from a budget, and from those of their callers' tiers. */
export class Cashier {
  /** Kept also while there is no budget: whoever sets one again has spent what was spent. */
  #book: BudgetBook | undefined;
  #hasBudget: boolean;
  /** Of the callers whose tier sets a budget: each has its own. */
  readonly #ofTiers: BudgetBook;
  readonly #clock: Clock;
  #store: LedgerStore | undefined;

  constructor(budget: Budget | undefined, clock: Clock) {
    this.#clock = clock;
    this.#book = budget && this.#open('budget', budget);
    this.#hasBudget = budget !== undefined;
    this.#ofTiers = this.#open('tiers', { limitUsd: 0, windowMs: DAY_MS, perKey: true });
  }

  /**
   * Reserves what a call may cost: its input as estimated, none of it cached, and all the output
   * that it allows. Later, where a store is asked.
   * @throws BudgetSpent where the budget has no room for that
   * @throws HeadroomError (`price_unknown`) for a model without a price
   */
  reserve({
    call,
    estimate,
    caller,
    price: priceOf,
  }: Omit<PayableCall, 'callId'>): BudgetReservation | Promise<BudgetReservation> {
    const { usdPerDay: limitUsd } = caller.terms;
    if (this.#shared === undefined && limitUsd === undefined) return NOTHING_RESERVED;
    const { model, maxOutputTokens } = call;
    const price = priceOf();
    const costUsd = counted(mostInUsd(estimate, maxOutputTokens, price));
    const { key } = caller;
    const isAssumed = maxOutputTokens === undefined && price.output > 0;
    const paid = { model, costUsd, assumedOutput: isAssumed ? EXPECTED_OUTPUT_TOKENS : undefined };
    const ofTier = { ...paid, key: key ?? caller.id, limitUsd };
    const ends = both(
      this.#shared?.reserve({ ...paid, key }),
      limitUsd === undefined ? undefined : () => this.#ofTiers.reserve(ofTier),
    );
    const charged = (end: EndReservation): BudgetReservation =>
      reservationOf((used) => end(costOf(used, costUsd, price)));
    return ends instanceof Promise ? ends.then(charged) : charged(ends);
  }

  /** From now on the budgets are kept in a store. */
  share(store: LedgerStore): void {
    this.#store = store;
    this.#book?.share(store);
    this.#ofTiers.share(store);
  }

  get #shared(): BudgetBook | undefined {
    return this.#hasBudget ? this.#book : undefined;
  }

  #open(name: string, budget: Budget): BudgetBook {
    return new BudgetBook(name, budget, this.#clock, this.#store);
  }

  /** Goes on with another budget; what has been spent stays spent where its windows are the same. */
  adopt(budget: Budget | undefined): void {
    this.#hasBudget = budget !== undefined;
    if (budget === undefined) return;
    if (this.#book === undefined) this.#book = this.#open('budget', budget);
    else this.#book.adopt(budget);
  }

  /** Every budget that something is spent or reserved of. */
  spending(): readonly Spending[] {
    return [...(this.#shared?.spending() ?? []), ...this.#ofTiers.spending()];
  }
}

/** Both reservations, or none. */
function both(
  first: EndReservation | Promise<EndReservation> | undefined,
  reserve: (() => EndReservation | Promise<EndReservation>) | undefined,
): EndReservation | Promise<EndReservation> {
  if (reserve === undefined) return first ?? (() => {});
  if (first instanceof Promise) return first.then((end) => both(end, reserve));
  const undo = (error: unknown): never => {
    first?.(0);
    throw error;
  };
  const joined =
    (second: EndReservation): EndReservation =>
    (usd) => {
      first?.(usd);
      second(usd);
    };
  try {
    const second = reserve();
    return second instanceof Promise ? second.then(joined, undo) : joined(second);
  } catch (error) {
    return undo(error);
  }
}

function costOf(end: PricedUsage | 'nothing' | undefined, reserved: number, price: Price): number {
  if (end === 'nothing') return 0;
  return end === undefined ? reserved : costInUsd(end, price);
}

/** One that tells its end: the usage, `undefined` for what was reserved, or `'nothing'`. */
function reservationOf(
  end: (usage: PricedUsage | 'nothing' | undefined) => void,
): BudgetReservation {
  let isOpen = true;
  const once = (usage: PricedUsage | 'nothing' | undefined): void => {
    if (!isOpen) return;
    isOpen = false;
    end(usage);
  };
  return { settle: (usage) => once(usage), release: () => once('nothing') };
}
