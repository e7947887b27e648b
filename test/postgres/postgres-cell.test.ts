import pg from 'pg';
import { describe, it } from 'vitest';
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
});
