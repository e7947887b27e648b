import type { Correction, Dimension } from './limits.ts';

/**
 * A token bucket's numbers. The promise, for any interval of t ms: the cost taken in it is at most
 * `max(capacity, largest cost taken) + perMs · t`. A call larger than the capacity goes by
 * savings: inflow that a full bucket would waste is kept for one such call, and no other call may
 * touch it.
 */
export interface BucketSpec {
  /** Tokens that flow in each millisecond: (1 − headroom) · limit / window. */
  readonly perMs: number;
  /** The burst: what an idle bucket holds. */
  readonly capacity: number;
  /** The largest call that may ever pass: the limit itself. */
  readonly largest: number;
}

/**
 * A window in which at most so much is let through: any that ends now (trailing); or, where it is
 * fixed, the one that began at the last multiple of its span since the epoch.
 */
export interface Guard {
  readonly max: number;
  readonly spanMs: number;
  readonly isFixed?: boolean;
}

/** One limit, in the numbers that a store needs to keep it. */
export interface MeterSpec {
  /** `tokens/60000`: one of its kind in a lane, and for a key. */
  readonly id: string;
  readonly dimension: Dimension;
  /** The limit itself, before headroom. */
  readonly max: number;
  readonly windowMs: number;
  /** The share that is kept free of what the server says is left. */
  readonly headroom: number;
  readonly correction: Correction;
  readonly bucket: BucketSpec;
  readonly guards: readonly Guard[];
  /**
   * The limit less its headroom as it was last changed by `configure`: what that adds may be used
   * at once. What is learned adds nothing at once.
   */
  readonly given?: number | undefined;
}

/** What a store keeps of a caller with limits of its own: the same in every lane. */
export interface KeySpec {
  /** A digest of the key. */
  readonly id: string;
  readonly weight: number;
  readonly concurrency: number;
  readonly meters: readonly MeterSpec[];
}
