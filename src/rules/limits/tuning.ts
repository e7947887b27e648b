/** How much more careful a lane is than its limits and its provider's profile require. */
export interface Tuning {
  /** The share of the rate that is used, above 0 and up to 1. */
  readonly rateShare: number;
  /** 0: the profile's burst. 1: ten seconds of the rate. 2: one second. 3: paced by the second. */
  readonly strictness: 0 | 1 | 2 | 3;
}

export const NO_CAUTION: Tuning = { rateShare: 1, strictness: 0 };
