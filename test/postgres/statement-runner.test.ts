import { expect, test } from 'vitest';
import type { PostgresPool } from '../../src/postgres/index.ts';
import { StatementRunner } from '../../src/postgres/statement-runner.ts';
import { createVirtualClock } from '../../src/testing/index.ts';

test("the package's own timer is a missing answer, and no failure of the server", async () => {
  const query = () => Promise.reject(new Error('Query read timeout'));
  const pool = { query, on: () => {}, end: async () => {} } as unknown as PostgresPool;
  const runner = new StatementRunner(async () => pool, 'cells', 1000, createVirtualClock());
  await expect(runner.run('time', [])).rejects.toMatchObject({ name: 'TimedOut' });
});
