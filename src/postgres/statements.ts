import { AHEAD_MS, OLDEST_MS } from '../shared/cell.ts';
import { expected } from '../validate.ts';

export const DEFAULT_TABLE = 'llm_headroom_cells';

/**
 * Returns the statement that creates a store's table if it doesn't exist. Run it once, as a user with
 * the right to create tables. The store itself needs only SELECT, INSERT and UPDATE.
 *
 * @throws TypeError for a table name that would have to be quoted
 *
 * @example
 * await pool.query(createTable());
 */
export function createTable(table: string = DEFAULT_TABLE): string {
  expectTable(table);
  return `CREATE TABLE IF NOT EXISTS ${table} (
  name text PRIMARY KEY,
  version text NOT NULL DEFAULT '',
  value text NOT NULL DEFAULT '',
  writer text NOT NULL DEFAULT '',
  inbox jsonb NOT NULL DEFAULT '{}'
)`;
}

function expectTable(table: unknown): void {
  if (typeof table === 'string' && /^[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)?$/.test(table)) {
    // It is a part of names that have at most 63 characters.
    if (table.length <= LONGEST_TABLE) return;
  }
  throw expected('table', `a lower-case name of at most ${LONGEST_TABLE} characters`, table);
}

const LONGEST_TABLE = 40;
/** When the statement began, in ms: notes that others were leaving then are waited for, and seen. */
const BEGUN = 'extract(epoch FROM statement_timestamp()) * 1000';
const NOW = 'extract(epoch FROM clock_timestamp()) * 1000';
/** A member that listens holds its lock: so it is known to be alive. $n is its name. */
const lockOf = (channel: string): string => `hashtextextended(${channel}, 0)`;

export interface Statements {
  /** The server's time alone. */
  readonly time: string;
  readonly read: string;
  readonly ask: string;
  readonly write: string;
  readonly begin: string;
  /** Sends a payload to a channel. */
  readonly probe: string;
  /** Shows others that whoever listens on a channel does. */
  readonly live: string;
}

/** All that is asked of the server, for cells in that table. */
export function statementsFor(table: string): Statements {
  expectTable(table);
  // $6: what was taken from the inbox, as orders by member.
  const rest = `(SELECT coalesce(jsonb_object_agg(left_.key, left_.value), '{}')
    FROM jsonb_each(t.inbox) AS left_
    WHERE (left_.value->>0)::bigint > coalesce(($6::jsonb->>left_.key)::bigint, -1))`;
  const timely = `${NOW} BETWEEN $4::float8 - ${AHEAD_MS} AND $4::float8 + ${OLDEST_MS}`;
  // $7: messages, each a channel and a payload.
  const told = `told AS (
    SELECT pg_notify(message->>0, message->>1) FROM done, jsonb_array_elements($7::jsonb) message)
    SELECT ${BEGUN} AS now, inbox, (SELECT count(*) FROM told) FROM done`;
  return {
    time: `SELECT ${BEGUN} AS now`,
    read: `SELECT ${BEGUN} AS now, version, value, inbox FROM ${table} WHERE name = $1 FOR SHARE`,
    ask: `WITH left_ AS (
      INSERT INTO ${table} AS t (name, inbox)
      SELECT $1, jsonb_build_object($2::text, jsonb_build_array($3::bigint, $4::text))
      WHERE ${NOW} <= $5::float8
      ON CONFLICT (name) DO UPDATE SET inbox = CASE
        WHEN coalesce((t.inbox->$2::text->>0)::bigint, -1) < $3::bigint
        THEN t.inbox || excluded.inbox ELSE t.inbox END
      WHERE ${NOW} <= $5::float8
      RETURNING version, value, writer, inbox)
      SELECT ${BEGUN} AS now, version, value, inbox, CASE
        WHEN writer NOT IN ('', $2::text)
          AND NOT pg_try_advisory_xact_lock_shared(${lockOf("$6::text || split_part(writer, '.', 1)")})
        THEN pg_notify($6::text || split_part(writer, '.', 1), writer || E'\\n' || $7::text)::text IS NOT NULL
        ELSE false END AS asked
      FROM left_`,
    write: `WITH done AS (
      UPDATE ${table} AS t
      SET version = $3, value = $5, writer = $8, inbox = ${rest}
      WHERE name = $1 AND version = $2::text AND ${timely} RETURNING inbox), ${told}`,
    begin: `WITH done AS (
      INSERT INTO ${table} AS t (name, version, value, writer)
      SELECT $1, $3, $5, $8 WHERE ${timely} AND $2::text = ''
      ON CONFLICT (name) DO UPDATE
      SET version = $3, value = $5, writer = $8, inbox = ${rest}
      WHERE t.version = '' AND ${timely} RETURNING inbox), ${told}`,
    probe: 'SELECT pg_notify($1::text, $2::text)',
    live: `SELECT pg_advisory_lock(${lockOf('$1::text')})`,
  };
}
