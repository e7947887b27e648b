import type { Cells } from '../../src/shared/cell.ts';
import type { Store } from '../../src/shared/store.ts';

/** A store that can be lost for the one process that uses it. */
export class FlakyStore implements Store {
  isDown = false;
  readonly member: string;
  readonly #cells: Cells;

  constructor(cells: Cells) {
    this.#cells = cells;
    this.member = cells.member;
  }

  open(...which: Parameters<Cells['open']>): ReturnType<Cells['open']> {
    const cell = this.#cells.open(...which);
    const whileUp = async <T>(ask: () => Promise<T>): Promise<T> => {
      if (this.isDown) throw new Error('The store is down');
      return ask();
    };
    return {
      read: () => whileUp(() => cell.read()),
      write: (write) => whileUp(() => cell.write(write)),
      ask: (note, until) => whileUp(() => cell.ask!(note, until)),
      listen: (hear) =>
        cell.listen!((text) => {
          if (!this.isDown) hear(text);
        }),
    };
  }

  close(): Promise<void> {
    return this.#cells.close();
  }
}
