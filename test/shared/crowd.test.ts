import { expect, it } from 'vitest';
import { createRateLimiter } from '../../src/limiter.ts';
import type { Cell, Cells } from '../../src/shared/cell.ts';
import { MemoryStore } from '../../src/shared/memory-cell.ts';
import type { Store } from '../../src/shared/store.ts';
import { createVirtualClock, type VirtualClock } from '../../src/testing/index.ts';

const USERS = 900;
/** What the server does in a millisecond. */
const PER_MS = 1;

/** A store whose server does one thing after the other. */
class BusyStore implements Store {
  readonly member: string;
  operations = 0;
  readonly #cells: Cells;
  readonly #clock: VirtualClock;
  #freeAt = 0;

  constructor(cells: Cells, clock: VirtualClock) {
    this.#cells = cells;
    this.#clock = clock;
    this.member = cells.member;
  }

  open(...which: Parameters<Cells['open']>): Cell {
    const cell = this.#cells.open(...which);
    return {
      read: () => this.#inTurn(() => cell.read()),
      write: (write) => this.#inTurn(() => cell.write(write)),
      ask: (note, until) => this.#inTurn(() => cell.ask!(note, until)),
      take: (take) => this.#inTurn(() => cell.take!(take)),
      listen: (hear) => cell.listen!(hear),
    };
  }

  async close(): Promise<void> {}

  async #inTurn<T>(ask: () => Promise<T>): Promise<T> {
    this.operations += 1;
    const now = this.#clock.now();
    this.#freeAt = Math.max(this.#freeAt, now) + 1 / PER_MS;
    const waitMs = this.#freeAt - now;
    await new Promise<void>((resolve) => void this.#clock.setTimeout(resolve, waitMs));
    return ask();
  }
}

it('many users who come at once go, though the server is slow: no decision is late because of the others', async () => {
  const clock = createVirtualClock({ start: 1_700_000_000_000 });
  const store = new BusyStore(new MemoryStore(clock).cellsOf('p'), clock);
  const limits = { rpm: 600_000 };
  const tiers = { user: { rpm: 60, concurrency: 1 } };
  const limiter = createRateLimiter({ clock, store, limits, tiers, enforcement: 'bucket' });
  const calls = Array.from({ length: USERS }, async (_, i) => {
    const granted = await limiter.acquire({}, { key: `user ${i}`, tier: 'user' });
    granted.settle();
  });
  const done = Promise.all(calls);
  const result = await clock.run(Promise.race([done, clock.advance(60_000)]));
  expect(result).toHaveLength(USERS);
  expect(store.operations / USERS).toBeLessThan(8);
  limiter.close();
});
