import { PostgresCells } from '../../src/postgres/postgres-cells.ts';
import type { CellStore } from '../../src/testing/index.ts';
import { describeHistories } from '../support/store-histories.ts';
import { describePostgres, newDatabase } from './support/describe-postgres.ts';

describePostgres('with a server', () => {
  const start = async (): Promise<CellStore> => {
    const { table, url, drop } = await newDatabase();
    // What a crash would lose is lost anyway.
    const fast = `${url}&options=${encodeURIComponent('-c synchronous_commit=off')}`;
    const join = async (): Promise<PostgresCells> => {
      const cells = new PostgresCells(fast, { table, commandTimeoutMs: 60_000 });
      await cells.listening();
      return cells;
    };
    return { join, close: drop };
  };
  describeHistories('a lane in PostgreSQL', start, 10);
});
