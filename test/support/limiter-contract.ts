import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RateLimiterEvents } from '../../src/events.ts';
import type { Reservation } from '../../src/lane/reservation.ts';
import { type AcquireOptions, createRateLimiter, type RateLimiter } from '../../src/limiter.ts';
import type { Cost } from '../../src/limits.ts';
import type { RateLimiterOptions } from '../../src/options.ts';
import type { Store } from '../../src/stores/shared-lane.ts';
import { createVirtualClock, type VirtualClock } from '../../src/testing/index.ts';

/** What makes the arithmetic of a trace easy. */
const PLAIN = { headroom: 0, enforcement: 'bucket' } as const;

export const START = 1_700_000_000_000;

/** Where the limits of the limiters under test are kept. */
export interface Keeping {
  /** The store of another process; `undefined` for the limiter's own memory. */
  store(): Store | undefined;
  close(): Promise<void>;
}

/** Limiters in virtual time, and what they do when. */
export class World {
  readonly clock: VirtualClock;
  readonly lines: string[] = [];
  readonly #keeping: Keeping;
  readonly #limiters: RateLimiter[] = [];

  constructor(clock: VirtualClock, keeping: Keeping) {
    this.clock = clock;
    this.#keeping = keeping;
  }

  /** Another process's limiter. */
  limiter(options: RateLimiterOptions = {}): RateLimiter {
    const store = options.store ?? this.#keeping.store();
    const limiter = createRateLimiter({ ...PLAIN, clock: this.clock, ...options, store });
    this.#limiters.push(limiter);
    return limiter;
  }

  get ms(): number {
    return this.clock.now() - START;
  }

  note(what: string): void {
    this.lines.push(`${this.ms} ${what}`);
  }

  /** Notes when it is let through, and ends it `flightMs` later with `usage`. */
  async call(
    limiter: RateLimiter,
    name: string,
    cost: Cost = {},
    { flightMs = 0, usage, ...how }: AcquireOptions & { flightMs?: number; usage?: Cost } = {},
  ): Promise<Reservation | undefined> {
    try {
      const reservation = await limiter.acquire(cost, how);
      this.note(name);
      this.clock.setTimeout(() => reservation.settle(usage), flightMs);
      return reservation;
    } catch (error) {
      this.note(`${name} ${nameOf(error)}`);
      return undefined;
    }
  }

  async run(...calls: Promise<unknown>[]): Promise<string[]> {
    await this.clock.run(Promise.all(calls));
    await this.clock.advance(0);
    return this.lines;
  }

  async close(): Promise<void> {
    for (const limiter of this.#limiters) limiter.close();
    await this.clock.run(this.#keeping.close());
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : String(error);
}

export function heard<E extends keyof RateLimiterEvents>(limiter: RateLimiter, event: E): object[] {
  const events: object[] = [];
  limiter.on(event, (payload: object) => void events.push(payload));
  return events;
}

/** What every limiter does, wherever its limits are kept. */
export function limiterContract(
  name: string,
  keep: (clock: VirtualClock) => Promise<Keeping>,
): void {
  describe(`a limiter whose limits are kept in ${name}`, () => {
    let world: World;
    beforeEach(async () => {
      const clock = createVirtualClock({ start: START });
      world = new World(clock, await keep(clock));
    });
    afterEach(() => world.close());

    it.each([
      [{ rpm: 60 }, {}],
      [{ tpm: 600 }, { tokens: 10 }],
      [{ itpm: 600 }, { inputTokens: 10, outputTokens: 999 }],
      [{ otpm: 600 }, { inputTokens: 999, outputTokens: 10 }],
      [
        { rpm: 6000, tpm: 60_000, itpm: 6000, otpm: 60 },
        { inputTokens: 10, outputTokens: 1 },
      ],
    ])('lets calls through at the rate of %o', async (limits, cost) => {
      const limiter = world.limiter({ limits, burstSeconds: 1 });
      const calls = ['a', 'b', 'c', 'd'].map((each) => world.call(limiter, each, cost));
      expect(await world.run(...calls)).toEqual(['0 a', '1000 b', '2000 c', '3000 d']);
    });

    it('gives back what a call has not used, and makes a debt of what it has used beyond', async () => {
      const limiter = world.limiter({ limits: { tpm: 600 }, burstSeconds: 2 });
      const usage = { tokens: 5 };
      await world.run(world.call(limiter, 'a', { tokens: 20 }, { usage }));
      await world.run(world.call(limiter, 'b', { tokens: 15 }, { usage: { tokens: 35 } }));
      await world.run(world.call(limiter, 'c', { tokens: 10 }));
      expect(world.lines).toEqual(['0 a', '0 b', '3000 c']);
    });

    it('gives back all that a cancelled call has taken, once', async () => {
      const limiter = world.limiter({ limits: { rpm: 60 }, burstSeconds: 1 });
      const granted = await world.clock.run(limiter.acquire({}));
      granted.cancel();
      granted.cancel();
      granted.settle();
      await world.run(world.call(limiter, 'a'), world.call(limiter, 'b'));
      expect(world.lines).toEqual(['0 a', '1000 b']);
    });

    it('lets a higher priority go first, and equals in the order in which they came', async () => {
      const limiter = world.limiter({ limits: { rpm: 60 }, burstSeconds: 1 });
      const priorities = [0, 0, 1, -1, 1, 0];
      const calls = priorities.map((priority, i) =>
        world.call(limiter, `${priority} ${i}`, {}, { priority }),
      );
      await world.run(...calls);
      expect(world.lines.map((line) => line.split(' ').slice(1).join(' '))).toEqual([
        '0 0',
        '1 2',
        '1 4',
        '0 1',
        '0 5',
        '-1 3',
      ]);
    });

    it('lets small calls pass a large one that waits, and that no later than promised', async () => {
      const limiter = world.limiter({ limits: { tpm: 600 }, burstSeconds: 10 });
      await world.run(world.call(limiter, 'first', { tokens: 100 }));
      const large = world.call(limiter, 'large', { tokens: 100 });
      await world.clock.advance(1000);
      const small = Array.from({ length: 20 }, (_, i) =>
        world.call(limiter, `small ${i}`, { tokens: 10 }),
      );
      await world.run(large, ...small);
      const [passed = ''] = world.lines.filter((line) => line.endsWith('large'));
      const place = world.lines.indexOf(passed);
      expect(place).toBeGreaterThan(1);
      expect(place).toBeLessThan(12);
      expect(Number.parseFloat(passed)).toBeLessThanOrEqual(19_000);
    });

    it('rejects a call that exceeds a limit at once, and names both numbers', async () => {
      const limiter = world.limiter({ limits: { rpm: 60, tpm: 600 } });
      await expect(world.clock.run(limiter.acquire({ tokens: 601 }))).rejects.toMatchObject({
        name: 'CallTooLarge',
        code: 'call_too_large',
        cost: 601,
        limit: 600,
      });
      expect(world.ms).toBe(0);
    });

    it('gives the place of a call back that is given up while it waits', async () => {
      const limiter = world.limiter({ limits: { rpm: 60 }, burstSeconds: 1 });
      const abort = new AbortController();
      const calls = [
        world.call(limiter, 'a'),
        world.call(limiter, 'b', {}, { signal: abort.signal }),
        world.call(limiter, 'c'),
      ];
      world.clock.setTimeout(() => abort.abort(new RangeError('given up')), 500);
      expect(await world.run(...calls)).toEqual(['0 a', '500 b RangeError', '1000 c']);
    });

    it('has no more calls in flight than allowed', async () => {
      const limiter = world.limiter({ concurrency: 2 });
      const calls = ['a', 'b', 'c', 'd', 'e'].map((each, i) =>
        world.call(limiter, each, {}, { flightMs: 100 * (i + 1) }),
      );
      const lines = await world.run(...calls);
      expect(lines).toEqual(['0 a', '0 b', '100 c', '200 d', '400 e']);
    });

    it('is fair between keys by weight, and holds each to the limits of its tier', async () => {
      const tiers = { one: { weight: 1 }, three: { weight: 3 }, slow: { rpm: 12 } };
      const limiter = world.limiter({ limits: { rpm: 60 }, burstSeconds: 1, tiers });
      const first = world.call(limiter, 'first');
      const calls = Array.from({ length: 12 }, () => [
        world.call(limiter, 'light', {}, { key: 'light', tier: 'one' }),
        world.call(limiter, 'heavy', {}, { key: 'heavy', tier: 'three' }),
      ]).flat();
      await world.clock.advance(12_500);
      const count = (whose: string) => world.lines.filter((line) => line.endsWith(whose)).length;
      expect([count('light'), count('heavy')]).toEqual([3, 9]);
      await world.run(first, ...calls);
    });

    it("waits for a key's own limits and slots without holding up another", async () => {
      const tiers = {
        rate: { rpm: 60, strategy: 'sliding-window' },
        slot: { concurrency: 1 },
      } as const;
      const limiter = world.limiter({ limits: { rpm: 6000 }, tiers });
      const ofRate = Array.from({ length: 61 }, () =>
        limiter.acquire({}, { key: 'rate', tier: 'rate' }).then((granted) => granted.settle()),
      );
      await world.clock.advance(2000);
      const calls = ['a', 'b'].map((each) =>
        world.call(limiter, each, {}, { key: 'slot', tier: 'slot', flightMs: 700 }),
      );
      await world.run(...calls, world.call(limiter, 'nobody'));
      expect(world.lines).toEqual(['2000 a', '2000 nobody', '2700 b']);
      await world.run(...ofRate);
      expect(world.ms).toBeGreaterThanOrEqual(60_000);
      expect(world.ms).toBeLessThan(61_000);
    });

    it('keeps a limit in dollars, with no headroom, and what a refusal leaves of it', async () => {
      const limits = [{ dimension: 'usd', max: 1, windowMs: 60_000 }] as const;
      const limiter = world.limiter({ limits, headroom: 0.5 });
      const calls = ['first', 'second', 'third'].map((name) =>
        world.call(limiter, name, { usd: 0.5 }, { usage: { usd: 0.4 }, flightMs: 1000 }),
      );
      await world.run(...calls);
      await world.run(world.call(limiter, 'large', { usd: 1.1 }));
      expect(world.lines).toEqual([
        '0 first',
        '0 second',
        '60000 third',
        '60000 large CallTooLarge',
      ]);
    });

    it('rejects what may not wait: at once, or when its time is over', async () => {
      const limiter = world.limiter({
        limits: { rpm: 60 },
        burstSeconds: 1,
        maxQueue: 2,
        tiers: { free: { concurrency: 1 } },
      });
      const free = { key: 'k', tier: 'free' };
      const held = await world.clock.run(limiter.acquire({}, free));
      const calls = [
        world.call(limiter, 'now', {}, { maxWaitMs: 0 }),
        world.call(limiter, 'short', {}, { maxWaitMs: 500 }),
        world.call(limiter, 'long', {}, { maxWaitMs: 1500 }),
        world.call(limiter, 'slot', {}, { ...free, maxWaitMs: 3000 }),
      ];
      await world.clock.advance(0);
      const surplus = world.call(limiter, 'surplus');
      await world.run(...calls, surplus);
      expect(world.lines).toEqual([
        '0 now RateLimitExceeded',
        '0 short RateLimitExceeded',
        '0 surplus QueueFull',
        '1000 long',
        '3000 slot RateLimitExceeded',
      ]);
      held.cancel();
    });

    it('tells of calls that wait, and of no others', async () => {
      const limiter = world.limiter({ limits: { rpm: 60 }, burstSeconds: 2 });
      const throttled = heard(limiter, 'throttled');
      await world.run(world.call(limiter, 'a'), world.call(limiter, 'b'));
      expect(throttled).toEqual([]);
      await world.run(world.call(limiter, 'c', {}, { key: 'k' }));
      expect(throttled).toMatchObject([
        { lane: 'limiter/default', reason: 'requests', limitOf: 'lane', key: 'k', queued: 1 },
      ]);
      expect(throttled).toHaveProperty('0.waitMs', 1000);
    });

    it('shows what it does', async () => {
      const limiter = world.limiter({ limits: { rpm: 60, tpm: 1200 }, burstSeconds: 2 });
      const one = await world.clock.run(limiter.acquire({ tokens: 30 }, { model: 'm' }));
      one.settle({ inputTokens: 12, outputTokens: 3 });
      await world.clock.advance(100);
      const [lane] = limiter.snapshot();
      expect(lane).toMatchObject({ lane: 'limiter/m', queued: 0, inFlight: 0, othersShare: 0 });
      expect(lane?.limits.map(({ level }) => level)).toEqual([1.1, 27]);
    });

    it('drains when all that was let through has ended, and closes', async () => {
      const limiter = world.limiter({ limits: { rpm: 60 }, burstSeconds: 1 });
      const calls = ['a', 'b'].map((each) => world.call(limiter, each, {}, { flightMs: 500 }));
      await world.run(...calls, limiter.drain());
      expect(world.ms).toBe(1500);
      const waiting = world.call(limiter, 'waiting');
      const more = world.call(limiter, 'more');
      await world.clock.advance(0);
      limiter.close();
      await world.run(waiting, more);
      await world.run(world.call(limiter, 'late'));
      expect(world.lines.slice(2)).toEqual([
        '1500 waiting HeadroomError',
        '1500 more HeadroomError',
        '1500 late HeadroomError',
      ]);
    });

    it('goes on with options that are given anew', async () => {
      const limiter = world.limiter({ limits: { rpm: 6 }, burstSeconds: 10 });
      const calls = ['a', 'b', 'c'].map((each) => world.call(limiter, each));
      await world.clock.advance(1000);
      limiter.configure({ limits: { rpm: 60 } });
      await world.run(...calls);
      expect(world.lines.length).toBe(3);
      // In memory what they add may be used at once; a store goes on at the new rate.
      expect(world.ms).toBeLessThanOrEqual(2900);
    });
  });
}
