import { HeadroomError } from '../errors.ts';
import type { Price, PriceTable } from '../model/price.ts';
import { priceOf } from './price-of.ts';

/**
 * The price of a model.
 *
 * @param why - what needs the price, for the error message: 'A budget'
 * @throws HeadroomError (`price_unknown`) if it isn't known: a limit in dollars must count every model
 */
export function knownPrice(model: string, overrides: PriceTable, why: string): Price {
  const price = priceOf(model, overrides);
  if (price !== undefined) return price;
  throw new HeadroomError('price_unknown', `${why} needs the price of ${model}, which is unknown`);
}
