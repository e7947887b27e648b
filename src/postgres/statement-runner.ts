import type { Clock } from '../clock.ts';
import { TimedOut, within } from '../shared/within.ts';
import type { PostgresPool, PostgresQuery } from './postgres-client.ts';
import { propertyOf } from './rows.ts';
import { type Statements, statementsFor } from './statements.ts';

/** A statement isn't prepared on this connection, or another one of its name is: a pooler's doing. */
const UNPREPARED: ReadonlySet<unknown> = new Set(['26000', '42P05']);

/** Runs the statements on one table: prepared once for each connection, unless a pooler forbids that. */
export class StatementRunner {
  readonly #pool: () => Promise<PostgresPool>;
  readonly #table: string;
  readonly #statements: Statements;
  readonly #timeoutMs: number;
  readonly #clock: Clock;
  #isPreparing = true;

  /** @throws TypeError for a table's name that would have to be quoted */
  constructor(pool: () => Promise<PostgresPool>, table: string, timeoutMs: number, clock: Clock) {
    this.#pool = pool;
    this.#table = table;
    this.#statements = statementsFor(table);
    this.#timeoutMs = timeoutMs;
    this.#clock = clock;
  }

  get statements(): Statements {
    return this.#statements;
  }

  /** The row that the statement returns, if any. */
  async run(statement: keyof Statements, values: unknown[]): Promise<unknown> {
    const query = { text: this.#statements[statement], values };
    if (!this.#isPreparing) return this.#ask(query);
    try {
      return await this.#ask({ ...query, name: `${this.#table}_${statement}` });
    } catch (error) {
      if (!UNPREPARED.has(propertyOf(error, 'code'))) throw error;
      this.#isPreparing = false;
      return this.#ask(query);
    }
  }

  async #ask(query: PostgresQuery): Promise<unknown> {
    const pool = await this.#pool();
    const asked = pool.query(query).catch((error: unknown) => {
      throw isReadTimeout(error) ? new TimedOut(this.#timeoutMs, { cause: error }) : error;
    });
    const { rows } = await within(asked, this.#timeoutMs, this.#clock);
    return rows[0];
  }
}

/** The package's own timer, which may be late as well: a process that was stopped hears it before the answer. */
function isReadTimeout(error: unknown): boolean {
  return error instanceof Error && error.message === 'Query read timeout';
}
