import { clockOption, type GivenClock } from '../clock.ts';
import { ServerStore } from '../shared/server-store.ts';
import type { Store, StorePolicy } from '../shared/store.ts';
import { storeTerms, TERM_OPTIONS } from '../shared/store-terms.ts';
import { expectKnown, expectObject, optionsOf } from '../validate.ts';
import { PostgresCells } from './postgres-cells.ts';
import type { PostgresTarget } from './postgres-client.ts';
import { postgresRemedy } from './remedy.ts';

/** Options of `postgresStore`. */
export interface PostgresStoreOptions {
  /**
   * The table of the store, in lower case, with its schema if needed. Processes that share limits use
   * the same table. `createTable()` returns the statement that creates it.
   * @default 'llm_headroom_cells'
   */
  readonly table?: string | undefined;
  /** The longest wait for a reply, in milliseconds. @default 1000 */
  readonly commandTimeoutMs?: number | undefined;
  /**
   * Milliseconds until everything that a killed process held is freed: its place among the processes,
   * its calls in flight, and its reservations of a budget.
   * @default 15_000
   */
  readonly leaseMs?: number | undefined;
  /**
   * What happens to calls while PostgreSQL can't be reached: each process goes on with its share of the limits
   * (`'local'`), or with the whole limits (`'open'`), or rejects all calls (`'closed'`).
   * @default 'local'
   */
  readonly onStoreLost?: StorePolicy | undefined;
  /**
   * The number of processes to assume until more have been seen. While the store can't be reached, each
   * process goes on with its share of the limits (`onStoreLost: 'local'`).
   * @default 1
   */
  readonly instances?: number | undefined;
  /** The source of time, for tests. @default the system's clock */
  readonly clock?: GivenClock | undefined;
}

const OPTIONS = [...optionsOf('postgresStore(url, { _ })', ['table']), ...TERM_OPTIONS, 'clock'];

/**
 * Limits that several processes share, kept in one table of PostgreSQL 11 or later.
 *
 * `target` is a URL (`postgres://`), opened with the package `pg`, or a pool of that package, which
 * you close yourself. One connection is kept for `LISTEN`. If none can be kept (a pool of one
 * connection, PgBouncer in transaction mode), processes poll the table instead.
 *
 * @throws TypeError that names the option, what was expected and what was given
 *
 * @example
 * await pool.query(createTable()); // once
 * const store = postgresStore(pool);
 * const limiter = createRateLimiter({ store });
 */
export function postgresStore(target: PostgresTarget, options: PostgresStoreOptions = {}): Store {
  expectObject('options', options, 'an object');
  expectKnown(options, OPTIONS);
  const terms = storeTerms(options);
  const { table, commandTimeoutMs } = options;
  const clock = clockOption(options.clock);
  const cells = new PostgresCells(target, { table, commandTimeoutMs, clock });
  return new ServerStore(cells, terms, (error) => postgresRemedy(error, cells.table));
}
