import { notes } from './notes.ts';
import { type CellStore, type CellTests, Scene } from './scene.ts';
import { storage } from './storage.ts';
import { takes } from './takes.ts';

/** The functions of a test runner that the contract uses: of vitest, Jest, `node:test`, `bun:test` and others. */
export interface TestRunner {
  /** Defines a suite. */
  describe(name: string, suite: () => void): unknown;
  /** Defines a test, which fails if its promise rejects. */
  it(name: string, test: () => Promise<void>): unknown;
}

/** Options of `cellContract`. */
export interface CellContractOptions {
  /** Whether the store's cells have `ask` and `listen`. @default true */
  readonly notes?: boolean | undefined;
  /** Whether the store's cells have `take`, too. @default false */
  readonly takes?: boolean | undefined;
}

/**
 * Tests whether a store of your own does everything that a `Store` must do. Runs in real time; a
 * message may take up to ten seconds.
 *
 * @param open - called for each test; resolves to an empty store
 *
 * @example
 * import { describe, it } from 'vitest';
 * cellContract({ describe, it }, 'my store', async () => new MyTestStore());
 */
export function cellContract(
  { describe, it }: TestRunner,
  name: string,
  open: () => Promise<CellStore>,
  options: CellContractOptions = {},
): void {
  const add = (tests: CellTests): void => {
    for (const [what, test] of Object.entries(tests)) it(what, () => played(open, test));
  };
  describe(name, () => {
    add(storage);
    if (options.notes ?? true) add(notes);
    if (options.takes) add(takes);
  });
}

async function played(
  open: () => Promise<CellStore>,
  test: (scene: Scene) => Promise<void>,
): Promise<void> {
  const scene = new Scene(await open());
  try {
    await test(scene);
  } finally {
    await scene.close();
  }
}
