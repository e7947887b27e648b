import { type Charge, chargeOf } from './budget-charge.ts';
import { BudgetLedger, counted, type Spending } from './budget-ledger.ts';
import type { Budget } from './budget-option.ts';
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
  readonly key: string | undefined;
}

/** Output that is reserved for a call that doesn't limit its own. */
export const EXPECTED_OUTPUT_TOKENS = 1024;

/** Pays calls from a budget, at the prices of their models. */
export class Cashier {
  readonly #ledger: BudgetLedger;
  readonly #prices: PriceTable;
  readonly #clock: Clock;

  constructor(budget: Budget, prices: PriceTable, clock: Clock) {
    this.#ledger = new BudgetLedger(budget);
    this.#prices = prices;
    this.#clock = clock;
  }

  /**
   * Reserves what a call may cost: its input as estimated, none of it cached, and all the output
   * that it allows.
   * @throws BudgetSpent where the budget has no room for that
   * @throws HeadroomError (`price_unknown`) for a model without a price
   */
  charge({ call, estimate, key }: PayableCall): Charge {
    const { model, maxOutputTokens = EXPECTED_OUTPUT_TOKENS } = call;
    const price = this.#priceOf(model);
    const usage = uncached(estimate.inputTokens, maxOutputTokens);
    const costUsd = counted(costInUsd(usage, price));
    const hold = this.#ledger.reserve(key, costUsd, this.#now);
    if (hold === undefined) {
      throw new BudgetSpent({ model, costUsd, ...this.#ledger.of(key, this.#now) });
    }
    return chargeOf((end) => this.#ledger.settle(hold, costOf(end, costUsd, price), this.#now));
  }

  /** Every budget that something is spent or reserved of. */
  spending(): readonly Spending[] {
    return this.#ledger.spending(this.#now);
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
