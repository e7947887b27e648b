import { notes } from './notes.ts';
import { type CellStore, type CellTests, Scene } from './scene.ts';
import { storage } from './storage.ts';

/** As much of a test runner as is used: of vitest, Jest, `node:test`, `bun:test` and others. */
export interface TestRunner {
  describe(name: string, suite: () => void): unknown;
  it(name: string, test: () => Promise<void>): unknown;
}

export interface CellContractOptions {
  /** Cells have `ask` and `listen`. @default true */
  readonly notes?: boolean | undefined;
}

/**
 * Tests a store of one's own: what every `Store` has to do. Runs in real time; a message may take
 * ten seconds.
 *
 * @param open - called for each test, with an empty store as its answer
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
