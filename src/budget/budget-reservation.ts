import type { PricedUsage } from '../providers/cost-in-usd.ts';

/**
 * What one call takes of a budget: reserved until the call ends. The first end counts, and all that
 * comes after does nothing.
 */
export interface BudgetReservation {
  /** The call has used so much; where nothing is known of that, it has cost what was reserved. */
  settle(usage?: PricedUsage): void;
  /** The call has cost nothing: all is given back. */
  release(): void;
}

/** Where there is no budget. */
export const NOTHING_RESERVED: BudgetReservation = { settle: () => {}, release: () => {} };
