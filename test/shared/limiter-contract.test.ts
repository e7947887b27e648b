import { digest } from '../../src/callers/digest.ts';
import { MemoryStore } from '../../src/shared/memory-cell.ts';
import { limiterContract } from '../support/limiter-contract.ts';

let last = 0;
/** Everybody who calls in the suite. */
const CALLERS = [
  'u',
  's',
  'k',
  'rate',
  'slot',
  'light',
  'heavy',
  'bucket',
  'sliding',
  'fixed',
  'alice',
  'bob',
].map((key) => `key ${key}`);

limiterContract('cells in memory, shared by processes', async (clock) => {
  // Once they are known, calls of the same turn ask in the same turn.
  for (const id of CALLERS) await digest(id, clock);
  const memory = new MemoryStore(clock);
  return {
    isShared: true,
    store: () => memory.cellsOf(`process${++last}`),
    close: async () => {},
  };
});
