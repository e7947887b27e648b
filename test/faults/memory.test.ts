import { afterAll, expect } from 'vitest';
import { inMemory } from '../support/limiter-contract.ts';
import { faultContract } from './fault-contract.ts';
import { FaultTable } from './fault-table.ts';

const table = new FaultTable();

faultContract('memory', inMemory, (...row) => table.add(...row));

afterAll(async () => {
  // A run of some of the tests alone has no table to compare.
  if (table.isWhole) await expect(table.text).toMatchFileSnapshot('../../docs/faults.md');
});
