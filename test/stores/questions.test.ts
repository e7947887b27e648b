import { expect, it } from 'vitest';
import { createRateLimiter } from '../../src/index.ts';
import type { Answer, Ask, Note, Store } from '../../src/stores/shared-lane.ts';
import { createVirtualClock, type VirtualClock } from '../../src/testing/index.ts';

const EVERY_MS = 10;

/** Lets one call through every 10 ms, and answers a millisecond after it was asked. */
class SlowStore {
  readonly clock: VirtualClock;
  readonly notes: Note[] = [];
  questions = 0;
  #next = 0;

  constructor(clock: VirtualClock) {
    this.clock = clock;
  }

  async ask({ candidates }: Ask): Promise<Answer> {
    this.questions++;
    await new Promise((resolve) => this.clock.setTimeout(() => resolve(true), 1));
    const now = this.clock.now();
    const goes = now >= this.#next;
    if (goes) this.#next = now + EVERY_MS - 1;
    const isLeft = candidates.length > (goes ? 1 : 0);
    const grant = { index: 0, at: now, epoch: 0, taken: {} };
    const wait = { waitMs: this.#next - now, reason: 'requests' } as const;
    const known = { levels: {}, callers: {}, learned: undefined, pause: undefined };
    return {
      ...known,
      head: undefined,
      first: isLeft ? { index: goes ? 1 : 0, ...wait } : undefined,
      now,
      granted: goes ? [grant] : [],
      held: [],
      wait: isLeft ? wait : undefined,
      instances: 1,
    };
  }

  get store(): Store {
    const lane = {
      ask: (ask: Ask) => this.ask(ask),
      note: (note: Note) => this.notes.push(note),
      flush: async () => {},
    };
    const unused = (): never => {
      throw new Error('No budget is asked for here');
    };
    return {
      lane: () => lane,
      left: async () => ({}),
      ledger: { reserve: unused, settle: unused },
      onChange: () => () => {},
      onLastWord: () => () => {},
      isUp: true,
      instances: 1,
      lostCause: undefined,
      onStoreLost: 'closed',
      close: async () => {},
    };
  }
}

it.each([
  ['at once', 0],
  ['while the next question is under way', EVERY_MS],
  ['between two questions', 2 * EVERY_MS + 5],
])(
  'a call that ends %s, and gives nothing back, is no reason to ask again',
  async (_, flightMs) => {
    const clock = createVirtualClock();
    const slow = new SlowStore(clock);
    const limiter = createRateLimiter({ limits: { rpm: 60_000 }, store: slow.store, clock });
    const calls = Array.from({ length: 40 }, async () => {
      const reservation = await limiter.acquire({});
      if (flightMs > 0)
        await new Promise((resolve) => clock.setTimeout(() => resolve(true), flightMs));
      reservation.settle();
    });
    await clock.run(Promise.all(calls));
    // One each, and one about those that joined while the first question was under way.
    expect(slow.questions).toBeLessThanOrEqual(calls.length + 1);
    expect(slow.notes.filter(({ kind }) => kind === 'ended')).toHaveLength(calls.length);
  },
);

it('a call that joins while a question is under way is asked about next', async () => {
  const clock = createVirtualClock();
  const slow = new SlowStore(clock);
  const limiter = createRateLimiter({ limits: { rpm: 60_000 }, store: slow.store, clock });
  const started: number[] = [];
  const go = async (): Promise<void> => {
    (await limiter.acquire({})).settle();
    started.push(clock.now());
  };
  const first = [go(), go()];
  await clock.advance(0.5);
  first.push(go());
  await clock.advance(1);
  expect(slow.questions).toBe(2);
  await clock.run(Promise.all(first));
  expect(started).toHaveLength(3);
});
