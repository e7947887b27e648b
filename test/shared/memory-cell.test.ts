import { MemoryStore } from '../../src/shared/memory-cell.ts';
import { describeCells } from '../support/cell-contract.ts';

describeCells('cells in memory', async () => {
  const store = new MemoryStore();
  let members = 0;
  return {
    join: async () => store.cellsOf(`m${++members}`),
    clear: async () => store.clear(),
    close: async () => {},
  };
});
