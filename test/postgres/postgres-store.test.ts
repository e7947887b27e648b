import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { createRateLimiter } from '../../src/limiter.ts';
import { createTable, type PostgresPool, postgresStore } from '../../src/postgres/index.ts';
import { PostgresCells } from '../../src/postgres/postgres-cells.ts';
import { postgresRemedy } from '../../src/postgres/remedy.ts';
import { describePostgres, newDatabase, SERVER_URL } from './support/describe-postgres.ts';

const NOWHERE = 'postgres://127.0.0.1:1/none';

describe('postgresStore()', () => {
  it.each([
    [NOWHERE, { leaseMs: 999 }, 'Expected `leaseMs` to be a number of milliseconds, 1000 or more'],
    [NOWHERE, { instances: 0.5 }, 'Expected `instances` to be a whole number'],
    [NOWHERE, { commandTimeoutMs: 0 }, 'Expected `commandTimeoutMs` to be a positive number'],
    [NOWHERE, { table: 'a"; DROP' }, 'Expected `table` to be a lower-case name'],
    [NOWHERE, { leaseMs: 5000, prefix: 'x' }, 'Unknown option `prefix`'],
    [
      'redis://u:secret@h',
      {},
      'a URL (`postgres://`), or a pool of the package `pg`, got `redis://…@h`',
    ],
  ])('takes no %s with %j', (target, options, message) => {
    expect(() => postgresStore(target, options)).toThrow(message);
  });

  it.each([
    ['42P01', 'create it once: CREATE TABLE IF NOT EXISTS mine ('],
    ['42703', "`mine` isn't a store's"],
    ['22P02', "`mine` isn't a store's"],
    ['42501', 'the right to SELECT, INSERT and UPDATE on `mine`'],
    ['28P01', 'name the right user'],
    ['3D000', 'no database of that name'],
    ['57P01', undefined],
  ])('knows what is to be done about %s', (code, remedy) => {
    const error = new Error('failed', { cause: Object.assign(new Error('by server'), { code }) });
    const expected = remedy === undefined ? undefined : expect.stringContaining(remedy);
    expect(postgresRemedy(error, 'mine')).toEqual(expected);
  });
});

describePostgres('with a server', () => {
  it('says which statement to run where there is no table, and goes on once it was run', async () => {
    const { table, admin, drop } = await newDatabase();
    await drop();
    const store = postgresStore(SERVER_URL, { table, onStoreLost: 'open' });
    const limiter = createRateLimiter({ store, limits: { rpm: 60 } });
    await expect(limiter.acquire({})).rejects.toMatchObject({
      name: 'StoreUnavailable',
      message: expect.stringContaining(createTable(table)),
    });
    await admin.query(createTable(table));
    const isBack = new Promise((resolve) => limiter.on('degraded', resolve));
    await isBack;
    await limiter.acquire({});
    expect((await admin.query(`SELECT name FROM ${table}`)).rowCount).toBeGreaterThan(0);
    limiter.close();
    await store.close();
    await drop();
  });

  it.each([
    ['without a primary key', (sql: string) => sql.replace(' PRIMARY KEY', '')],
    ['with a column of another type', (sql: string) => sql.replace('jsonb', 'json')],
    ['with names that are too short', (sql: string) => sql.replace('name text', 'name varchar(3)')],
  ])('says that a table %s is not its own, and lets no call go', async (_, changed) => {
    const { table, admin, drop } = await newDatabase();
    await drop();
    await admin.query(changed(createTable(table)));
    const store = postgresStore(SERVER_URL, { table });
    const limiter = createRateLimiter({ store, limits: { rpm: 60 } });
    await expect(limiter.acquire({})).rejects.toMatchObject({
      name: 'StoreUnavailable',
      message: expect.stringContaining(`the table \`${table}\` isn't a store's`),
    });
    limiter.close();
    await store.close();
    await drop();
  });

  it.each([
    ['of one connection', 1, (pool: pg.Pool): PostgresPool => pool],
    ['that passes no messages on', 3, withoutMessages],
  ])('is shared without messages through a pool %s', async (_, max, wrapped) => {
    const { table, url, drop } = await newDatabase();
    const pools = [0, 1].map(() => new pg.Pool({ connectionString: url, max }));
    const stores = pools.map((pool) => postgresStore(wrapped(pool), { table }));
    const options = {
      limits: { rpm: 6 },
      headroom: 0,
      burstSeconds: 60,
      enforcement: 'bucket',
    } as const;
    const limiters = stores.map((store) => createRateLimiter({ ...options, store }));
    const order: number[] = [];
    const calls = Array.from({ length: 6 }, async (_each, i) => {
      await limiters[i % 2]?.acquire({});
      order.push(i);
    });
    await Promise.all(calls);
    expect(order.sort()).toEqual([0, 1, 2, 3, 4, 5]);
    // All six were taken from one burst.
    const late = await limiters[0]?.acquire({}, { maxWaitMs: 0 }).catch((error: unknown) => error);
    expect(late).toMatchObject({ name: 'RateLimitExceeded' });
    for (const limiter of limiters) limiter.close();
    for (const store of stores) await store.close();
    for (const pool of pools) await pool.end();
    await drop();
  });

  it('takes a pool that passes no messages on for what it is', async () => {
    const { table, url, drop } = await newDatabase();
    const pool = new pg.Pool({ connectionString: url, max: 3 });
    const cells = new PostgresCells(withoutMessages(pool), { table });
    expect(await cells.listening()).toBe(false);
    await cells.close();
    await pool.end();
    await drop();
  });

  it('goes without prepared statements where a pooler loses them', async () => {
    const { table, url, drop } = await newDatabase();
    const pool = new pg.Pool({ connectionString: url, max: 3 });
    const names: unknown[] = [];
    const losing: PostgresPool = {
      query: (query) => {
        names.push(query.name);
        if (query.name === undefined) return pool.query(query);
        return Promise.reject(Object.assign(new Error('does not exist'), { code: '26000' }));
      },
      connect: () => pool.connect(),
      end: () => pool.end(),
      on: pool.on.bind(pool),
    };
    const cells = new PostgresCells(losing, { table });
    await cells.listening();
    names.length = 0;
    expect(await cells.open('lane').read()).toMatchObject({ version: '' });
    expect(names).toEqual([`${table}_read`, undefined, undefined]);
    await cells.close();
    await pool.end();
    await drop();
  });
});

/** As PgBouncer does it with a pool for each transaction. */
function withoutMessages(pool: pg.Pool): PostgresPool {
  return {
    query: (query) => pool.query(query),
    connect: async () => {
      const client = await pool.connect();
      return {
        query: (query) => client.query(query),
        release: (isBroken) => client.release(isBroken),
        on: (event: string) => event,
      };
    },
    end: () => pool.end(),
    on: pool.on.bind(pool),
  };
}
