import { MemoryStore } from '../../src/shared/memory-cell.ts';
import { refusalContract } from '../support/refusal-contract.ts';

let last = 0;

refusalContract('cells in memory, shared by processes', async (clock) => {
  const memory = new MemoryStore(clock);
  return {
    isShared: true,
    store: () => memory.cellsOf(`refused${++last}`),
    close: async () => {},
  };
});
