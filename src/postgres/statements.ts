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

/** How often was taken from a room, which is in the inbox as if it were a note of nobody. */
const takesOf = (row: string): string => `coalesce((${row}.inbox->''->>5)::int, 0)`;
/** What was taken from the room, by kind. */
const SUMS = "coalesce(t.inbox->''->4, '[]')";
/** The amounts of a take, and what is taken with them. */
const AMOUNTS = 'jsonb_array_elements_text($2::jsonb) WITH ORDINALITY AS a(amount, i)';
const SUM = "(amount::float8 + coalesce((t.inbox->''->4->>(i - 1)::int)::float8, 0))";

/** Sends a text to the member that wrote last; false if that is the same one, or is not there. */
function sentTo(member: string, channel: string, text: string): string {
  const process = `${channel}::text || split_part(writer, '.', 1)`;
  return `CASE
    WHEN writer NOT IN ('', ${member}::text)
      AND NOT pg_try_advisory_xact_lock_shared(${lockOf(process)})
    THEN pg_notify(${process}, writer || E'\\n' || ${text}::text)::text IS NOT NULL
    ELSE false END`;
}

export interface Statements {
  /** The server's time alone. */
  readonly time: string;
  readonly read: string;
  readonly ask: string;
  readonly take: string;
  /** Ends the room of a version. */
  readonly end: string;
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
  const fullVersion = `CASE WHEN ${takesOf('t')} > 0 THEN ${takesOf('t')} || '+' ELSE '' END || t.version`;
  const whole = `${BEGUN} AS now, ${fullVersion} AS version, value, inbox`;
  // $6: what was taken from the inbox, as orders by member. A room goes, for its order is -1.
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
    read: `SELECT ${whole} FROM ${table} AS t WHERE name = $1 FOR SHARE`,
    // $2: the amounts; $3 to $5: the note; $6: until when; $7: whether it is sent.
    take: `WITH done AS (
      UPDATE ${table} AS t
      SET inbox = CASE WHEN coalesce((t.inbox->$3::text->>0)::bigint, -1) < $4::bigint
        THEN t.inbox || jsonb_build_object($3::text, jsonb_build_array($4::bigint, $5::text))
        ELSE t.inbox END || jsonb_build_object('', jsonb_set(jsonb_set(jsonb_set(t.inbox->'', '{7}', ${SUMS}),
          '{4}', (SELECT jsonb_agg(${SUM} ORDER BY i) FROM ${AMOUNTS})),
          '{5}', to_jsonb(${takesOf('t')} + 1)))
      WHERE name = $1 AND ${NOW} <= $6::float8 AND ${NOW} > (t.inbox->''->>6)::float8
        AND ${NOW} <= (t.inbox->''->>1)::float8
        AND (SELECT bool_and(${SUM} <= (t.inbox->''->2->>(i - 1)::int)::float8) FROM ${AMOUNTS})
      RETURNING ${fullVersion} AS version, writer, inbox)
      SELECT ${NOW} AS now, version, inbox->'' AS room, true AS taken,
        CASE WHEN $7::boolean THEN ${sentTo('$3', '$8', '$9')} ELSE false END AS asked
      FROM done
      UNION ALL SELECT ${NOW}, '', inbox->'', false, false FROM ${table}
      WHERE name = $1 AND NOT EXISTS (SELECT FROM done)`,
    end: `UPDATE ${table} AS t SET inbox = t.inbox || jsonb_build_object('', jsonb_set(jsonb_set(
        t.inbox->'', '{1}', '-1'), '{6}', to_jsonb(${NOW} + ${OLDEST_MS})))
      WHERE name = $1 AND version = $2::text AND t.inbox->'' IS NOT NULL
      RETURNING ${whole}`,
    ask: `WITH left_ AS (
      INSERT INTO ${table} AS t (name, inbox)
      SELECT $1, jsonb_build_object($2::text, jsonb_build_array($3::bigint, $4::text))
      WHERE ${NOW} <= $5::float8
      ON CONFLICT (name) DO UPDATE SET inbox = CASE
        WHEN coalesce((t.inbox->$2::text->>0)::bigint, -1) < $3::bigint
        THEN t.inbox || excluded.inbox ELSE t.inbox END
      WHERE ${NOW} <= $5::float8
      RETURNING ${fullVersion} AS version, value, writer, inbox)
      SELECT ${BEGUN} AS now, version, value, inbox, ${sentTo('$2', '$6', '$7')} AS asked
      FROM left_`,
    write: `WITH done AS (
      UPDATE ${table} AS t
      SET version = $3, value = $5, writer = $8, inbox = ${rest} || $9::jsonb
      WHERE name = $1 AND ${fullVersion} = $2::text AND ${timely} RETURNING inbox), ${told}`,
    begin: `WITH done AS (
      INSERT INTO ${table} AS t (name, version, value, writer, inbox)
      SELECT $1, $3, $5, $8, $9::jsonb WHERE ${timely} AND $2::text = ''
      ON CONFLICT (name) DO UPDATE
      SET version = $3, value = $5, writer = $8, inbox = ${rest} || $9::jsonb
      WHERE t.version = '' AND ${timely} RETURNING inbox), ${told}`,
    probe: 'SELECT pg_notify($1::text, $2::text)',
    live: `SELECT pg_try_advisory_lock(${lockOf('$1::text')}) AS live`,
  };
}
