import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { PostgresCells } from '../../src/postgres/postgres-cells.ts';
import { type CellStore, cellContract } from '../../src/testing/index.ts';
import { describeSharedValue } from '../support/shared-value-contract.ts';
import { describePostgres, newDatabase } from './support/describe-postgres.ts';

/** Cells in a table of their own, through URLs or through pools of the test's. */
async function storeVia(isPool: boolean): Promise<CellStore> {
  const { table, url, admin, drop } = await newDatabase();
  const pools: pg.Pool[] = [];
  return {
    join: async () => {
      const pool = isPool ? new pg.Pool({ connectionString: url, max: 3 }) : undefined;
      pool?.on('error', () => {});
      if (pool !== undefined) pools.push(pool);
      const cells = new PostgresCells(pool ?? url, { table });
      await cells.listening();
      return cells;
    },
    clear: async () => void (await admin.query(`DELETE FROM ${table}`)),
    // The server isn't ours to stop: all of its connections to us are ended.
    restart: async () => {
      const ours =
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1';
      await admin.query(ours, [table]);
    },
    close: async () => {
      for (const pool of pools) await pool.end();
      await drop();
    },
  };
}

describePostgres('with a server', () => {
  const runner = { describe, it };
  cellContract(runner, 'cells by a URL', () => storeVia(false), { takes: true });
  cellContract(runner, 'cells by a pool', () => storeVia(true), { takes: true });
  describeSharedValue('a value in PostgreSQL', () => storeVia(false));

  it.each([
    ['a zero in it', 'a\0b'],
    ['half a pair in it', 'a\ud800b'],
    ['more letters than an index takes', Array.from({ length: 9000 }, Math.random).join('')],
  ])('keeps a cell whose name has %s, and passes messages on', async (_, name) => {
    const store = await storeVia(false);
    const [one, other] = [await store.join(), await store.join()];
    const told = new Promise((resolve) => one.open(name).listen?.(resolve));
    const cell = other.open(name);
    const { now } = await cell.read();
    const messages = [{ to: one.member, text: 'news' }];
    const write = { expected: '', version: '1', text: 't', at: now, taken: [], messages };
    expect((await cell.write(write)).kind).toBe('written');
    expect((await one.open(name).read()).text).toBe('t');
    expect(await told).toBe('news');
    await Promise.all([one.close(), other.close()]);
    await store.close();
  });

  it('listens anew where it was sent messages and has heard none', async () => {
    const { table, url, admin, drop } = await newDatabase();
    const cells = new PostgresCells(url, { table });
    await cells.listening();
    const listeners = async (): Promise<unknown[]> => {
      const listening = `SELECT pid FROM pg_stat_activity WHERE application_name = $1 AND query LIKE '%advisory%'`;
      return (await admin.query(listening, [table])).rows.map(({ pid }) => pid);
    };
    const before = await listeners();
    const cell = cells.open('lane');
    for (let i = 0; i < 3; i++) cell.unheard?.();
    expect(cells.isListening).toBe(false);
    await expect.poll(() => cells.isListening, { timeout: 10_000 }).toBe(true);
    expect(await listeners()).not.toEqual(before);
    await cells.close();
    await drop();
  });
});
