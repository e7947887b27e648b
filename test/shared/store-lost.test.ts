import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createRateLimiter, type RateLimiter } from '../../src/limiter.ts';
import { MemoryStore } from '../../src/shared/memory-cell.ts';
import { createVirtualClock, type VirtualClock } from '../../src/testing/index.ts';
import { FlakyStore } from '../support/flaky-store.ts';

const PROCESSES = 4;
const START = 1_700_000_000_000;
const [MAX, WINDOW_MS] = [10_000, 2000];
const LIMITS = {
  limits: [{ dimension: 'tokens', max: MAX, windowMs: WINDOW_MS }],
  enforcement: 'window',
} as const;

/** A fifth less than the limit, and what a slot of the window may hold twice. */
const PROMISED = 0.8 * MAX * 1.02;

/** When each process loses the store, and finds it back. */
interface Spells {
  readonly lostAfter: readonly number[];
  readonly backAfter: readonly number[];
  readonly lostMs: number;
  readonly leaseMs: number;
}

const spells: fc.Arbitrary<Spells> = fc.record({
  lostAfter: fc.array(fc.nat(300), { minLength: PROCESSES, maxLength: PROCESSES }),
  backAfter: fc.array(fc.nat(1000), { minLength: PROCESSES, maxLength: PROCESSES }),
  lostMs: fc.integer({ min: 1000, max: 8000 }),
  /** Shorter than most: all are dismissed meanwhile. */
  leaseMs: fc.constantFrom(1000, 15_000),
});

interface Sent {
  readonly at: number;
  readonly tokens: number;
}

/** Members that were told of their dismissal after they had told what they used. */
const EXAMPLES: [Spells][] = [
  [{ lostAfter: [84, 5, 80, 295], backAfter: [8, 997, 2, 993], lostMs: 1008, leaseMs: 1000 }],
  [{ lostAfter: [102, 182, 225, 28], backAfter: [746, 996, 373, 1], lostMs: 6115, leaseMs: 1000 }],
  [{ lostAfter: [59, 7, 39, 1], backAfter: [783, 163, 1000, 999], lostMs: 3797, leaseMs: 1000 }],
];

/** Calls for as long as it may, 30 at a time. */
function busy(limiter: RateLimiter, clock: VirtualClock, sent: Sent[]): () => Promise<unknown> {
  let isOver = false;
  const one = async (first: number): Promise<void> => {
    for (let call = first; !isOver; call++) {
      const tokens = 20 + ((37 * call) % 160);
      const granted = await limiter.acquire({ tokens });
      sent.push({ at: clock.now(), tokens });
      await new Promise<void>((resolve) => void clock.setTimeout(resolve, 50));
      granted.settle({ tokens });
    }
  };
  const all = Promise.allSettled(Array.from({ length: 30 }, (_, i) => one(41 * i)));
  return () => {
    isOver = true;
    limiter.close();
    return all;
  };
}

/** The most tokens in any window; times are exact to a part of a millisecond. */
function mostIn(sent: readonly Sent[]): number {
  let [most, sum, first] = [0, 0, 0];
  for (const { at, tokens } of sent) {
    sum += tokens;
    for (; sent[first]!.at <= at - WINDOW_MS + 1; first++) sum -= sent[first]!.tokens;
    most = Math.max(most, sum);
  }
  return most;
}

it.each([
  ['remembers', false],
  ['has forgotten everything', true],
])(
  'a store that comes back and %s: what each process has used meanwhile counts before any has the whole limit',
  async (_, forgets) => {
    const property = fc.asyncProperty(spells, async ({ lostAfter, backAfter, lostMs, leaseMs }) => {
      const clock = createVirtualClock({ start: START });
      const memory = new MemoryStore(clock);
      const sent: Sent[] = [];
      const ends = lostAfter.map((lostMsLater, i) => {
        const flaky = new FlakyStore(memory.cellsOf(`p${i}`));
        const store = Object.assign(flaky, { instances: PROCESSES, leaseMs });
        const setDown = (isDown: boolean, after: number): void => {
          clock.setTimeout(() => {
            flaky.isDown = isDown;
          }, after);
        };
        setDown(true, 1000 + lostMsLater);
        setDown(false, 2000 + lostMs + (backAfter[i] ?? 0));
        return busy(createRateLimiter({ ...LIMITS, clock, store }), clock, sent);
      });
      if (forgets) clock.setTimeout(() => memory.clear(), 1900);
      await clock.advance(3000 + lostMs + 4 * WINDOW_MS);
      await clock.run(Promise.all(ends.map((end) => end())));
      expect(sent.length).toBeGreaterThan(200);
      expect(mostIn(sent)).toBeLessThanOrEqual(PROMISED);
    });
    await fc.assert(property, { numRuns: 8, examples: EXAMPLES });
  },
);

it.each([
  ['remembers', false],
  ['has forgotten everything', true],
])(
  'a store that was lost for seconds and %s: what was used of a day counts once',
  async (_, forgets) => {
    const clock = createVirtualClock({ start: START });
    const memory = new MemoryStore(clock);
    const stores = ['one', 'other'].map((name) => new FlakyStore(memory.cellsOf(name)));
    const options = { limits: { rpd: 1000 }, enforcement: 'bucket', headroom: 0 } as const;
    const limiters = stores.map((flaky) =>
      createRateLimiter({ ...options, clock, store: Object.assign(flaky, { instances: 2 }) }),
    );
    const used = async (calls: number): Promise<void> => {
      const each = limiters.map(async (limiter) => {
        for (let i = 0; i < calls; i++) {
          const granted = await limiter.acquire({}, { maxWaitMs: 60_000 });
          granted.settle({ requests: 1 });
        }
      });
      await clock.run(Promise.all(each));
    };
    const setDown = (isDown: boolean): void => {
      for (const flaky of stores) flaky.isDown = isDown;
    };
    await used(300);
    setDown(true);
    if (forgets) memory.clear();
    await clock.advance(2000);
    await used(50);
    // It comes and goes before it is back.
    for (const isDown of [false, true, false, true]) {
      setDown(isDown);
      await used(5);
      await clock.advance(1000);
    }
    setDown(false);
    await clock.advance(5000);
    await used(125);
    await expect(used(10)).rejects.toMatchObject({ name: 'RateLimitExceeded' });
    for (const limiter of limiters) limiter.close();
  },
);
