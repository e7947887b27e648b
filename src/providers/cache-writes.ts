import type { PriceTable } from '../model/price.ts';

/** The same prices, with cache writes as multiples of the input price. */
export function cacheWrites(
  table: PriceTable,
  factor: number,
  hourFactor: number = factor,
): PriceTable {
  const entries = Object.entries(table).map(([model, price]) => [
    model,
    { ...price, cacheWrite: price.input * factor, cacheWriteHour: price.input * hourFactor },
  ]);
  return Object.fromEntries(entries);
}
