import type { Price } from '../model/price.ts';
import { costInUsd } from './cost-in-usd.ts';
import { mostInUsd } from './most-in-usd.ts';
import type { Provider } from './provider.ts';

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
