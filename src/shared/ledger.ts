import type { LedgerReply } from '../rules/ledger.ts';
import type { StorePolicy } from './store.ts';

export interface Account {
  readonly id: string;
  readonly limitBillionths: number;
  readonly windowMs: number;
}

export type LedgerAnswer = Omit<LedgerReply, 'id'>;

/** A store as budgets see it: money, kept for several processes. */
export interface LedgerStore {
  /** Reserves; what was spent and reserved otherwise. Times are the store's. */
  reserve(account: Account, billionths: number): Promise<LedgerAnswer>;
  /** Ends a hold of `billionths` with what it has cost. */
  settle(account: Account, billionths: number, spent: number): void;
  readonly isUp: boolean;
  readonly onStoreLost: StorePolicy;
  /** Processes that the store has lately heard of, this one included. */
  readonly instances: number;
  /** Why it is lost, while it is. */
  readonly lostCause: unknown;
  readonly remedy: string | undefined;
}
