import { expect, it } from 'vitest';
import type { Cell, Cells, Write } from '../../src/shared/cell.ts';
import { MemoryStore } from '../../src/shared/memory-cell.ts';
import { cellContract } from '../../src/testing/index.ts';

type Break = (cell: Cell, part: string | undefined) => Partial<Cell>;

/** Runs the contract on a store that is broken like this; returns which tests fail. */
async function failuresOf(broken: Break): Promise<string[]> {
  const tests = new Map<string, () => Promise<void>>();
  const runner = {
    describe: (_: string, suite: () => void) => suite(),
    it: (name: string, test: () => Promise<void>) => tests.set(name, test),
  };
  cellContract(runner, 'a broken store', async () => {
    const store = new MemoryStore();
    let members = 0;
    return {
      join: async () => brokenCells(store.cellsOf(`m${++members}`), broken),
      clear: async () => store.clear(),
      close: async () => {},
    };
  });
  const failures: string[] = [];
  for (const [name, test] of tests) await test().catch(() => failures.push(name));
  return failures;
}

function brokenCells(cells: Cells, broken: Break): Cells {
  const open = (name: string, part?: string): Cell => {
    const cell = cells.open(name, part);
    const whole = {
      read: () => cell.read(),
      write: (write: Write) => cell.write(write),
      ask: cell.ask?.bind(cell),
      listen: cell.listen?.bind(cell),
    };
    return { ...whole, ...broken(cell, part) };
  };
  return { member: cells.member, open, close: () => cells.close() };
}

it('finds nothing in a store that is right', async () => {
  expect(await failuresOf(() => ({}))).toEqual([]);
});

let reads = 0;

/** Longer from read to read, but never so long that a decision is too old. */
function backMs(): number {
  return (++reads % 20) * 10;
}

const BROKEN: Readonly<Record<string, readonly [Break, string]>> = {
  'writes over what others wrote': [
    (cell) => ({
      write: async (write) => cell.write({ ...write, expected: (await cell.read()).version }),
    }),
    'a write from another version is told what is there instead',
  ],
  'takes decisions of any time': [
    (cell) => ({ write: async (write) => cell.write({ ...write, at: (await cell.read()).now }) }),
    'a decision that is too old, or of the future, is not written',
  ],
  'takes notes of any time': [
    (cell) => ({ ask: async (note) => cell.ask?.(note) ?? cell.read() }),
    'a note that comes too late is not left',
  ],
  'goes back in time': [
    (cell) => ({
      read: async () => {
        const seen = await cell.read();
        return { ...seen, now: seen.now - backMs() };
      },
    }),
    'an empty cell has no version, and the time of the store',
  ],
  'hears what is for others': [
    (cell) => ({
      listen: (hear) => {
        hear('for others');
        return cell.listen?.(hear) ?? (() => {});
      },
    }),
    'parts of a process are members of their own',
  ],
};

it.each(Object.entries(BROKEN))('finds a store that %s', async (_, [broken, name]) => {
  expect(await failuresOf(broken)).toContain(name);
});
