import type { Cells } from './cell.ts';

/** What calls do while the store is lost: see `StoreOptions`. */
export type StorePolicy = 'local' | 'open' | 'closed';

/**
 * A store that several processes share: cells by name, and what to do without them. What
 * `redisStore()` and `postgresStore()` return; a store of one's own is any object like it.
 */
export interface Store extends Cells {
  /**
   * What happens while it is lost: each process goes on with its share of the limits (`local`), with
   * all of them (`open`), or lets nothing through (`closed`). @default 'local'
   */
  readonly onStoreLost?: StorePolicy | undefined;
  /** How many processes share the limits, where fewer have been seen. @default 1 */
  readonly instances?: number | undefined;
  /** Milliseconds after which a process that was killed frees what it held. @default 15_000 */
  readonly leaseMs?: number | undefined;
  /**
   * What has to be set right, where the store has never been reached for how it was set up: nothing
   * goes without it then.
   */
  readonly remedy?: string | undefined;
}
