import {
  DAY_MS,
  HOUR_MS,
  type Limit,
  MINUTE_MS,
  SECOND_MS,
  type Subject,
} from '../model/limits.ts';
import type { Row, Unit } from './host-facts.ts';

/** The meaning of each unit. Images count as requests: a call makes one, or `n`. */
export const MEASURES: Readonly<Record<Exclude<Unit, 'concurrency'>, Subject>> = {
  rps: { dimension: 'requests', windowMs: SECOND_MS },
  rpm: { dimension: 'requests', windowMs: MINUTE_MS },
  ipm: { dimension: 'requests', windowMs: MINUTE_MS },
  rph: { dimension: 'requests', windowMs: HOUR_MS },
  rpd: { dimension: 'requests', windowMs: DAY_MS },
  tpm: { dimension: 'tokens', windowMs: MINUTE_MS },
  tph: { dimension: 'tokens', windowMs: HOUR_MS },
  tpd: { dimension: 'tokens', windowMs: DAY_MS },
  itpm: { dimension: 'inputTokens', windowMs: MINUTE_MS },
  otpm: { dimension: 'outputTokens', windowMs: MINUTE_MS },
};

/** The rates of one tier (a position in the columns) of a row. */
export function limitsIn(row: Row, tier: number): Limit[] {
  return Object.entries(MEASURES).flatMap(([unit, { dimension, windowMs }]) => {
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

function isUnit(name: string): name is keyof typeof MEASURES {
  return Object.hasOwn(MEASURES, name);
}
