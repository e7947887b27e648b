import pg from 'pg';
import { afterAll, describe } from 'vitest';
import { createTable } from '../../../src/postgres/index.ts';
import { skipAloud } from '../../redis/support/describe-redis.ts';

/** Where the server is; `POSTGRES_URL` names another one. */
export const SERVER_URL = process.env.POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/test';

/** A table of the suite's own, and a client that may do everything. */
export interface Database {
  readonly table: string;
  /** All connections of the suite have the table as their name. */
  readonly url: string;
  readonly admin: pg.Client;
}

/** What is to be done before a suite's client ends, in this order. */
const endings: (() => Promise<unknown>)[] = [];

/** Has it done when the suite is over. */
export function atEnd(...more: readonly (() => Promise<unknown>)[]): void {
  endings.push(...more);
}

let why: string | undefined;
const admin = new pg.Client({
  connectionString: SERVER_URL,
  connectionTimeoutMillis: 1000,
  options: '-c synchronous_commit=off',
});
admin.on('error', () => {});
try {
  await admin.connect();
} catch (error) {
  why = `no PostgreSQL at ${SERVER_URL}: ${error instanceof Error ? error.message : error}`;
}

/** A suite with a real server. Without one it is skipped, aloud, and fails where `CI` is set. */
export function describePostgres(name: string, suite: () => void): void {
  if (why !== undefined) skipAloud(name, why);
  else {
    describe(name, () => {
      afterAll(async () => {
        for (const end of endings) await end();
        await admin.end();
      });
      suite();
    });
  }
}

/** A table that is dropped by `drop`. */
export async function newDatabase(): Promise<Database & { drop(): Promise<void> }> {
  const table = `cells_${crypto.randomUUID().replaceAll('-', '').slice(0, 12)}`;
  await admin.query(createTable(table));
  return {
    table,
    url: `${SERVER_URL}?application_name=${table}`,
    admin,
    drop: async () => void (await admin.query(`DROP TABLE ${table}`)),
  };
}
