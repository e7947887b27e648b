import type { Limit } from '../model/limits.ts';
import { RATES, type RateName } from '../model/rates.ts';
import type { Row } from './host-facts.ts';

/** The rates of one tier (a position in the columns) of a row. */
export function limitsIn(row: Row, tier: number): Limit[] {
  return Object.entries(RATES).flatMap(([unit, { dimension, windowMs }]) => {
    const max = figure(row, unit, tier);
    return max === undefined ? [] : [{ dimension, max, windowMs }];
  });
}

/** The limit of calls in flight; `Infinity` if the row has none. */
export function concurrencyIn(row: Row, tier: number): number {
  return row.concurrency?.[tier] ?? Number.POSITIVE_INFINITY;
}

/** Whether the row has any figure for the tier. */
export function isOffered(row: Row, tier: number): boolean {
  return limitsIn(row, tier).length > 0 || Number.isFinite(concurrencyIn(row, tier));
}

function figure(row: Row, unit: string, tier: number): number | undefined {
  return isUnit(unit) ? row[unit]?.[tier] : undefined;
}

function isUnit(name: string): name is RateName {
  return Object.hasOwn(RATES, name);
}
