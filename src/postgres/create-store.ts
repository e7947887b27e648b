import { clockOption, type GivenClock } from '../clock.ts';
import { CellStore } from '../shared/cell-store.ts';
import type { Store, StorePolicy } from '../shared/store.ts';
import { storeTerms } from '../shared/store-terms.ts';
import { expectKnown, expectObject } from '../validate.ts';
import { PostgresCells } from './postgres-cells.ts';
import type { PostgresTarget } from './postgres-client.ts';
import { remedyFor } from './remedy.ts';

/** How a store in PostgreSQL is kept. */
export interface PostgresStoreOptions {
  /**
   * The table that holds it, in lower case, with its schema if need be. Processes that share limits
   * have the same one. `createTable()` tells the statement that creates it.
   * @default 'llm_headroom_cells'
   */
  readonly table?: string | undefined;
  /** Milliseconds for an answer. @default 1000 */
  readonly commandTimeoutMs?: number | undefined;
  /**
   * Milliseconds after which a process that was killed frees what it held: its place, its calls in
   * flight, what it had reserved of a budget.
   * @default 15_000
   */
  readonly leaseMs?: number | undefined;
  /**
   * What happens while PostgreSQL is gone: each process goes on with its share of the limits
   * (`local`), with all of them (`open`), or lets nothing through (`closed`).
   * @default 'local'
   */
  readonly onStoreLost?: StorePolicy | undefined;
  /**
   * How many processes share the limits, as far as one that has seen fewer should reckon: what it
   * takes for its share (`local`) of a server that is gone when it starts.
   * @default 1
   */
  readonly instances?: number | undefined;
  /** For tests. @default the system's */
  readonly clock?: GivenClock | undefined;
}

const OPTIONS = [
  'table',
  'commandTimeoutMs',
  'leaseMs',
  'onStoreLost',
  'instances',
  'clock',
] as const;

/**
 * Limits that several processes share, kept in one table of PostgreSQL 11 or later.
 *
 * `target` is a URL (`postgres://`), opened with the package `pg`, or a pool of that package, which
 * stays the caller's to close. One connection is kept to listen on. Where there is none to keep (a
 * pool of one connection, PgBouncer with a pool for each transaction), processes look instead.
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
  return new CellStore(cells, terms, (error) => remedyFor(error, cells.table));
}
