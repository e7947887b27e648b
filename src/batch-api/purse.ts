import type { BatchCall } from './vendor.ts';

/** What batches may cost. Amounts are US dollars at the price of batches. */
export interface Purse {
  /** The most that a call may cost in a batch. @throws where nobody knows */
  priceOf(call: BatchCall): Promise<number>;
  /** Whether so much is left. Reserves nothing. */
  hasRoom(usd: number): boolean;
  /** Reserves so much, once for each batch; `false` where there is not enough left. */
  take(usd: number): boolean;
  /** Reserves what is spent already, in batches of an earlier run, whatever is left. */
  hold(usd: number): void;
  /** A reservation ends: what was spent of it has been told elsewhere. */
  giveBack(usd: number): void;
}

/** Where nobody limits what batches cost. */
export const FULL_PURSE: Purse = {
  priceOf: async () => 0,
  hasRoom: () => true,
  take: () => true,
  hold: () => {},
  giveBack: () => {},
};
