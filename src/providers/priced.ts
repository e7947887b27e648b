import type { Price, PriceTable } from '../model/price.ts';
import { costInUsd } from './cost-in-usd.ts';
import { knownPrice } from './known-price.ts';
import { mostInUsd } from './most-in-usd.ts';
import type { Provider } from './provider.ts';

/** Where a model's limits may be given in dollars. */
export interface Pricing {
  readonly prices: PriceTable;
  hasUsdLimit(model: string): boolean;
}

/**
 * The provider, with what a call to the model costs in dollars where limits are given in them.
 * @throws HeadroomError (`price_unknown`) where the model then has no price
 */
export function pricedFor(provider: Provider, model: string, pricing: Pricing): Provider {
  if (!pricing.hasUsdLimit(model)) return provider;
  return priced(provider, knownPrice(model, pricing.prices, 'A limit in US dollars'));
}

/** The provider, with dollars among the amounts that it charges: for limits in dollars. */
export function priced(provider: Provider, price: Price): Provider {
  return {
    ...provider,
    charge: (estimate, call) => ({
      ...provider.charge(estimate, call),
      usd: mostInUsd(estimate, call.maxOutputTokens, price),
    }),
    settle: (usage, call) => ({ ...provider.settle(usage, call), usd: costInUsd(usage, price) }),
  };
}
