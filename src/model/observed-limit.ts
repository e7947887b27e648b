import type { Dimension, Limit } from './limits.ts';

/** One limit as a response's headers show it. At least `limit` or `remaining` is there. */
export interface ObservedLimit {
  readonly dimension: Dimension;
  readonly limit?: number | undefined;
  readonly remaining?: number | undefined;
  /** Until it is replenished in full (buckets) or starts anew (windows). */
  readonly resetMs?: number | undefined;
  readonly windowMs?: number | undefined;
}

/** What a response shows of one limit, with its window known. */
export interface Sighting extends Limit {
  readonly remaining: number | undefined;
  /** Until all of it is there again, as the response has it. */
  readonly resetMs?: number | undefined;
  /** The share that others were counted to use, where somebody else has counted. */
  readonly counted?: number | undefined;
}
