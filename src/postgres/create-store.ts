import { clockOption, type GivenClock } from '../clock.ts';
import { CellStore, expectTerms } from '../shared/cell-store.ts';
import type { Store, StorePolicy } from '../shared/store.ts';
import { expected, expectKnown, expectObject } from '../validate.ts';
import { PostgresCells } from './postgres-cells.ts';
import type { PostgresTarget } from './postgres-client.ts';
import { remedyFor } from './remedy.ts';

/** How a store in PostgreSQL is reached and kept. */
export interface PostgresStoreOptions {
  /**
   * The table that holds it: a lower-case name, with its schema or without. Processes that share
   * limits have the same one. `createTable()` is the statement that creates it.
   * @default 'llm_headroom_cells'
   */
  readonly table?: string | undefined;
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
   * How many processes share the limits, as far as one that has seen fewer should reckon.
   * @default 1
   */
  readonly instances?: number | undefined;
  /** For tests. @default the system's */
  readonly clock?: GivenClock | undefined;
}

const OPTIONS = ['table', 'leaseMs', 'onStoreLost', 'instances', 'clock'] as const;
const TABLE = 'llm_headroom_cells';
const NAME = /^[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)?$/;
const LONGEST_NAME = 41;

/**
 * Limits that several processes share, kept in PostgreSQL 11 or later.
 *
 * `target` is a URL (`postgres://`), opened with the package `pg`, or a pool of that package, which
 * stays the caller's to close. The table has to be there.
 *
 * @throws TypeError that names the option, what was expected and what was given
 *
 * @example
 * const store = postgresStore('postgres://localhost:5432/app');
 * const limiter = createRateLimiter({ store });
 */
export function postgresStore(target: PostgresTarget, options: PostgresStoreOptions = {}): Store {
  expectObject('options', options, 'an object');
  expectKnown(options, OPTIONS);
  const { table = TABLE, clock: given, ...terms } = options;
  const clock = clockOption(given);
  expectTerms(terms);
  expectTarget(target);
  if (typeof table !== 'string' || !NAME.test(table) || table.length > LONGEST_NAME) {
    throw expected('table', 'a name of lower-case letters, digits and underscores', table);
  }
  const cells = new PostgresCells(target, { table, clock });
  return new CellStore(cells, terms, (error) => remedyFor(error, table));
}

function expectTarget(target: unknown): void {
  const isUrl = typeof target === 'string' || target instanceof URL;
  if (isUrl && /^postgres(ql)?:/.test(String(target))) return;
  if (!isUrl && typeof target === 'object' && target !== null && 'query' in target) return;
  throw expected('target', 'a URL (`postgres://`) or a pool of the package `pg`', target);
}
