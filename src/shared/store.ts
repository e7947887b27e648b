import type { Cells } from './cell.ts';

/** What happens to calls while the store is lost: see `Store.onStoreLost`. */
export type StorePolicy = 'local' | 'open' | 'closed';

/**
 * A store that several processes share. `redisStore()` and `postgresStore()` return one. A store of
 * your own is any object with these members.
 */
export interface Store extends Cells {
  /**
   * What happens to calls while the store is lost: each process goes on with its share of the limits
   * (`'local'`), or with the whole limits (`'open'`), or rejects all calls (`'closed'`). @default 'local'
   */
  readonly onStoreLost?: StorePolicy | undefined;
  /** The least number of processes that share the limits, even if fewer have been seen. @default 1 */
  readonly instances?: number | undefined;
  /** Milliseconds until everything that a killed process held is freed. @default 15_000 */
  readonly leaseMs?: number | undefined;
  /**
   * What the user must change, if the store could never be reached because it is set up wrongly. Then
   * calls are rejected, whatever `onStoreLost` says.
   */
  readonly remedy?: string | undefined;
}
