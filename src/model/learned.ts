import type { Dimension } from './limits.ts';

/** How much more careful a lane is than its limits and its provider's profile ask for. */
export interface Tuning {
  /** The share of the rate that is used, from above 0 to 1. */
  readonly rateShare: number;
  /** 0: the profile's burst; 1: ten seconds of it; 2: one second; 3: paced by the second. */
  readonly strictness: 0 | 1 | 2 | 3;
}

export const NO_CAUTION: Tuning = { rateShare: 1, strictness: 0 };

/** What a process has learned, and others take over. */
export interface Learned {
  readonly version: number;
  readonly limits: readonly {
    readonly dimension: Dimension;
    readonly max: number;
    readonly windowMs: number;
    readonly source: string;
  }[];
  readonly rateShare: number;
  readonly strictness: number;
}
