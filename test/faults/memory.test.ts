import { expect, it } from 'vitest';
import { inMemory } from '../support/limiter-contract.ts';
import { faultContract } from './fault-contract.ts';
import { LARGE_MB } from './fault-list.ts';
import { FaultTable } from './fault-table.ts';

const table = new FaultTable();

faultContract('memory', inMemory, { tell: (...row) => table.add(...row) });

it('is documented', async ({ skip }) => {
  skip(LARGE_MB !== 4, 'the table is of bodies of 4 MB');
  skip(!table.isWhole, 'a run of some of the tests alone has no table to compare');
  await expect(table.text).toMatchFileSnapshot('../../docs/faults.md');
});
