import { HOUR_MS } from './model/limits.ts';

const HOURS_MS = 2 * HOUR_MS;

/**
 * A duration for people who only want to know about how long it is.
 *
 * @example
 * roughly(3405) // '3.4 s'
 * roughly(686_000) // '11 min'
 */
export function roughly(ms: number): string {
  const [unitMs, unit] =
    ms < 120_000 ? [1000, 's'] : ms < HOURS_MS ? [60_000, 'min'] : [HOUR_MS, 'h'];
  const amount = ms / unitMs;
  return `${amount < 10 ? Number(amount.toPrecision(2)) : Math.round(amount)} ${unit}`;
}
