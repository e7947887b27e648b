import type { Dimension } from './limits.ts';

/** One limit as a response's headers show it. At least `limit` or `remaining` is there. */
export interface ObservedLimit {
  readonly dimension: Dimension;
  readonly limit?: number | undefined;
  readonly remaining?: number | undefined;
  /** Until it is replenished in full (buckets) or starts anew (windows). */
  readonly resetMs?: number | undefined;
  readonly windowMs?: number | undefined;
}
