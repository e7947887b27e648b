import { HeadroomError } from '../errors.ts';
import type { Price, PriceTable } from '../model/price.ts';
import { priceOf } from './price-of.ts';

/**
 * What a model costs.
 * @throws HeadroomError (`price_unknown`) where nobody knows: a limit in dollars that doesn't count
 * a model would be none. `why` says what asks, such as 'A `budget`'
 */
export function knownPrice(model: string, overrides: PriceTable, why: string): Price {
  const price = priceOf(model, overrides);
  if (price !== undefined) return price;
  throw new HeadroomError(
    'price_unknown',
    `${why} needs the price of ${model}, which is unknown: give it in the option \`prices\`, { '${model}': { input, output } }, in US dollars for a million tokens`,
  );
}
