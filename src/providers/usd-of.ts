import type { PriceTable } from '../model/price.ts';
import { costInUsd, type PricedUsage } from './cost-in-usd.ts';
import { priceOf } from './price-of.ts';

/** What that much costs, in US dollars; `undefined` where the model has no price. */
export function usdOf(model: string, usage: PricedUsage, prices: PriceTable): number | undefined {
  const price = priceOf(model, prices);
  return price && costInUsd(usage, price);
}
