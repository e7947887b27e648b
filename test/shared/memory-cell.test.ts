import { describe, it } from 'vitest';
import { MemoryStore } from '../../src/shared/memory-cell.ts';
import { cellContract } from '../../src/testing/index.ts';

const open = async () => {
  const store = new MemoryStore();
  let members = 0;
  return {
    join: async () => store.cellsOf(`m${++members}`),
    clear: async () => store.clear(),
    close: async () => {},
  };
};
cellContract({ describe, it }, 'cells in memory', open, { takes: true });
