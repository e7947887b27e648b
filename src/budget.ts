import { type Charge, chargeOf, NO_CHARGE } from './budget-charge.ts';
import { BudgetLedger, counted, type Spending } from './budget-ledger.ts';
import type { Budget } from './budget-option.ts';
import type { Caller } from './callers/caller.ts';
import type { Clock } from './clock.ts';
import { BudgetSpent, HeadroomError } from './errors.ts';
import { costInUsd, type PricedUsage } from './prices/cost-in-usd.ts';
import type { Price, PriceTable } from './prices/price.ts';
import { priceOf } from './prices/price-of.ts';
import type { Call, TokenEstimate } from './providers/provider.ts';

/** A call that is to be paid. */
export interface PayableCall {
  readonly call: Pick<Call, 'model' | 'maxOutputTokens'>;
  readonly estimate: TokenEstimate;
  readonly caller: Caller;
}

/** Output that is reserved for a call that doesn't limit its own. */
export const EXPECTED_OUTPUT_TOKENS = 1024;

const DAY_MS = 86_400_000;

/** Pays calls from a budget, and from those of their callers' tiers, at the prices of their models. */
export class Cashier {
  #ledger: BudgetLedger | undefined;
  /** Of the callers whose tier sets a budget: each has its own. */
  readonly #ofTiers = new BudgetLedger({ limitUsd: 0, windowMs: DAY_MS, perKey: true });
  #prices: PriceTable;
  readonly #clock: Clock;

  constructor(budget: Budget | undefined, prices: PriceTable, clock: Clock) {
    this.#ledger = budget && new BudgetLedger(budget);
    this.#prices = prices;
    this.#clock = clock;
  }

  /**
   * Reserves what a call may cost: its input as estimated, none of it cached, and all the output
   * that it allows.
   * @throws BudgetSpent where the budget has no room for that
   * @throws HeadroomError (`price_unknown`) for a model without a price
   */
  charge({ call, estimate, caller }: PayableCall): Charge {
    const { usdPerDay } = caller.terms;
    if (this.#ledger === undefined && usdPerDay === undefined) return NO_CHARGE;
    const { model, maxOutputTokens = EXPECTED_OUTPUT_TOKENS } = call;
    const price = this.#priceOf(model);
    const usage = uncached(estimate.inputTokens, maxOutputTokens);
    const costUsd = counted(costInUsd(usage, price));
    const { key } = caller;
    const end = this.#reserve(this.#ledger, { model, key, costUsd }, undefined);
    try {
      const own = usdPerDay === undefined ? undefined : this.#ofTiers;
      const endOwn = this.#reserve(own, { model, key, costUsd }, usdPerDay);
      return chargeOf((usage) => {
        end(costOf(usage, costUsd, price));
        endOwn(costOf(usage, costUsd, price));
      });
    } catch (error) {
      end(0);
      throw error;
    }
  }

  /**
   * Goes on with another budget and other prices; what has been spent stays spent where its windows
   * are the same.
   */
  adopt(budget: Budget | undefined, prices: PriceTable): void {
    this.#prices = prices;
    if (budget === undefined || this.#ledger === undefined) {
      this.#ledger = budget && new BudgetLedger(budget);
    } else this.#ledger = this.#ledger.with(budget);
  }

  /** Reserves in a ledger, if there is one; returns what ends that. */
  #reserve(
    ledger: BudgetLedger | undefined,
    { model, key, costUsd }: { model: string; key: string | undefined; costUsd: number },
    limitUsd: number | undefined,
  ): (usd: number) => void {
    if (ledger === undefined) return () => {};
    const hold = ledger.reserve(key, costUsd, this.#now, limitUsd);
    if (hold === undefined) {
      throw new BudgetSpent({ model, costUsd, ...ledger.of(key, this.#now, limitUsd) });
    }
    return (usd) => ledger.settle(hold, usd, this.#now);
  }

  /** Every budget that something is spent or reserved of. */
  spending(): readonly Spending[] {
    const shared = this.#ledger?.spending(this.#now) ?? [];
    return [...shared, ...this.#ofTiers.spending(this.#now)];
  }

  get #now(): number {
    return this.#clock.now();
  }

  #priceOf(model: string): Price {
    const price = priceOf(model, this.#prices);
    if (price !== undefined) return price;
    throw new HeadroomError(
      'price_unknown',
      `A \`budget\` needs the price of ${model}, which is unknown: give it in the option \`prices\`, { '${model}': { input, output } }, in US dollars for a million tokens`,
    );
  }
}

function costOf(end: PricedUsage | 'nothing' | undefined, reserved: number, price: Price): number {
  if (end === 'nothing') return 0;
  return end === undefined ? reserved : costInUsd(end, price);
}

function uncached(inputTokens: number, outputTokens: number): PricedUsage {
  return { inputTokens, outputTokens, cachedInputTokens: 0, cacheWriteTokens: 0 };
}
