import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../src/clock.ts';
import type { RateLimiterEvents } from '../../src/events.ts';
import { manualKey } from '../../src/lane/lane-key.ts';
import type { Reservation } from '../../src/lane/reservation.ts';
import type { AcquireOptions } from '../../src/limiter/acquire-options.ts';
import { createRateLimiter, type RateLimiter } from '../../src/limiter.ts';
import type { Cost } from '../../src/model/limits.ts';
import type { RateLimiterOptions } from '../../src/options.ts';
import type { Store } from '../../src/shared/store.ts';
import { createVirtualClock, type VirtualClock } from '../../src/testing/index.ts';

/** What makes the arithmetic of a trace easy. */
const PLAIN = { headroom: 0, enforcement: 'bucket' } as const;

export const START = 1_700_000_000_000;

/** Where the limits of the limiters under test are kept. */
export interface Keeping {
  /** The store of another process, which may have its own clock; `undefined` for the limiter's own memory. */
  store(clock?: Clock): Store | undefined;
  /** Whether several limiters have the same limits. */
  readonly isShared?: boolean;
  close(): Promise<void>;
}

/** Limits of the limiter's own memory. */
export const inMemory = async (): Promise<Keeping> => ({
  store: () => undefined,
  close: async () => {},
});

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

  /** What several processes have of one limiter: where it is kept in memory, all have the same. */
  processes(count: number, options: RateLimiterOptions = {}): RateLimiter[] {
    const isShared = this.#keeping.isShared === true;
    const group = Array.from({ length: isShared ? count : 1 }, () => this.limiter(options));
    return Array.from({ length: count }, (_, i) => group[i % group.length]!);
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

function fail(): never {
  throw new Error('It should have been rejected');
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

    it('stops when it is told to, and goes on', async () => {
      const [one, two] = world.processes(2, { limits: { rpm: 6000 }, burstSeconds: 1 });
      await world.run(world.call(one!, 'first'));
      one!.pause({ forMs: 1000 });
      await world.clock.advance(10);
      await world.run(world.call(two!, 'paused'));
      two!.pause({ model: 'default', forMs: 60_000 });
      two!.pause({ model: 'another', forMs: 90_000 });
      await world.clock.advance(10);
      two!.resume({ model: 'default' });
      expect(await world.run(world.call(two!, 'resumed'))).toEqual([
        '0 first',
        '1000 paused',
        '1010 resumed',
      ]);
      expect(() => one!.pause({ forMs: 0 })).toThrow(/`forMs`/);
    });

    it.each([
      ['by its model', 'm'],
      ['with all others', undefined],
    ])('stops a lane that another process alone has open, %s', async (_, model) => {
      const [one, two] = world.processes(2, { limits: { rpm: 6000 } });
      await world.run(world.call(two!, 'first', {}, { model: 'm' }));
      one!.pause({ forMs: 60_000 });
      one!.resume({ model: 'other' });
      one!.resume();
      one!.pause({ model, forMs: 2000 });
      await world.clock.advance(1000);
      await world.run(world.call(two!, 'paused', {}, { model: 'm' }));
      one!.pause({ model, forMs: 60_000 });
      await world.clock.advance(1000);
      const call = world.call(two!, 'resumed', {}, { model: 'm' });
      await world.clock.advance(1000);
      one!.resume({ model });
      await world.run(call);
      expect(world.lines).toEqual(['0 first', '2000 paused', '4000 resumed']);
    });

    it.each([
      ['by its model', 'm'],
      ['by its name', 'limiter/m'],
      ['with all others', undefined],
    ])('stops a lane that another process opens later, %s', async (_, model) => {
      const [one, two, three] = world.processes(3, { limits: { rpm: 6000 } });
      one!.pause({ model, forMs: 2000 });
      await world.clock.advance(500);
      const calls = [two!, three!, one!].map((each) => world.call(each, 'x', {}, { model: 'm' }));
      await world.run(...calls);
      expect(world.lines).toEqual(['2000 x', '2000 x', '2000 x']);
    });

    it('lets lanes go on that another process has stopped, before they are opened', async () => {
      const [one, two, three] = world.processes(3, { limits: { rpm: 6000 } });
      one!.pause({ forMs: 60_000 });
      await world.clock.advance(500);
      two!.resume({ model: 'm' });
      await world.clock.advance(500);
      await world.run(world.call(three!, 'resumed', {}, { model: 'm' }));
      await world.run(world.call(one!, 'too', {}, { model: 'm' }));
      await world.run(world.call(three!, 'paused', {}, { model: 'other' }));
      expect(world.lines).toEqual(['1000 resumed', '1000 too', '60000 paused']);
    });

    it('foresees what waits in other processes', async () => {
      const [one, two] = world.processes(2, { limits: { rpm: 60 }, burstSeconds: 5 });
      const calls = Array.from({ length: 10 }, () => world.call(one!, 'one'));
      await world.clock.advance(500);
      const plan = await world.clock.run(two!.plan([{ cost: {} }]));
      const [status] = await world.clock.run(two!.status());
      await world.run(world.call(two!, 'impatient', {}, { maxWaitMs: 4000 }));
      const throttled = heard(two!, 'throttled');
      await world.run(world.call(two!, 'two'), ...calls);
      expect(plan.durationMs).toBeCloseTo(5500, -2);
      expect(status).toMatchObject({ queued: 5 });
      expect(status?.etaMs).toBeCloseTo(4500, -2);
      expect(throttled).toHaveProperty('0.waitMs', expect.closeTo(5500, -2));
      expect(world.lines.at(5)).toMatch(/^5\d\d impatient RateLimitExceeded$/);
      expect(world.lines.at(-1)).toMatch(/^60\d\d two$/);
    });

    it('plans with what all processes have used', async () => {
      const [one, two] = world.processes(2, { limits: { rpm: 60 }, burstSeconds: 2 });
      await world.run(world.call(one!, 'a'), world.call(one!, 'b'));
      await world.clock.advance(10);
      const planned = await world.clock.run(two!.plan([{ cost: {} }, { cost: {} }]));
      expect(planned.durationMs).toBeCloseTo(1990, -1);
    });

    it('tells the status of all processes', async () => {
      const limiters = world.processes(2, { limits: { rpm: 60 }, burstSeconds: 2 });
      const [one, two] = limiters;
      await world.run(world.call(one!, 'a', {}, { flightMs: 5000 }));
      void world.call(two!, 'b', {}, { flightMs: 5000 });
      void world.call(two!, 'c', {}, { flightMs: 5000 });
      await world.clock.advance(10);
      const status = world.clock.run(one!.status());
      expect(await status).toMatchObject([
        { model: 'default', inFlight: 2, queued: 1, processes: new Set(limiters).size },
      ]);
    });

    it('tells the status of lanes that another process alone uses, and leaves them as they are', async () => {
      const limiters = world.processes(2, { limits: { rpm: 60, tpm: 6000 }, burstSeconds: 60 });
      const [one, two] = limiters;
      const isAlone = one === two;
      for (let i = 0; i < 3; i++) {
        await world.run(world.call(one!, `a ${i}`, { tokens: 2000 }, { model: 'm' }));
      }
      void world.call(one!, 'flies', {}, { model: 'other', flightMs: 60_000 });
      void world.call(one!, 'waits', { tokens: 500 }, { model: 'm' });
      await world.clock.advance(1000);
      const status = await world.clock.run(two!.status());
      expect(
        status
          .map(({ model, queued, inFlight, processes, limits, etaMs }) => {
            const left = limits.map(({ dimension, remaining }) => [
              dimension,
              Math.round(remaining),
            ]);
            return {
              model,
              queued,
              inFlight,
              processes,
              left,
              waits: Math.round((etaMs ?? Number.NaN) / 1000),
            };
          })
          .sort((a, b) => (a.model < b.model ? -1 : 1)),
      ).toEqual([
        {
          model: 'm',
          queued: 1,
          inFlight: 0,
          processes: 1,
          left: [
            ['requests', 58],
            ['tokens', 100],
          ],
          waits: 4,
        },
        {
          model: 'other',
          queued: 0,
          inFlight: 1,
          processes: 1,
          left: [
            ['requests', 60],
            ['tokens', 6000],
          ],
          waits: 0,
        },
      ]);
      // To ask is no use: nobody has joined the lane.
      if (!isAlone) expect(two!.snapshot()).toEqual([]);
      const again = await world.clock.run(two!.status());
      expect(again.map(({ processes }) => processes)).toEqual([1, 1]);
    });

    it('gives back what a call has not used, and makes a debt of what it has used beyond', async () => {
      const limiter = world.limiter({ limits: { tpm: 600 }, burstSeconds: 2 });
      const usage = { tokens: 5 };
      await world.run(world.call(limiter, 'a', { tokens: 20 }, { usage }));
      await world.run(world.call(limiter, 'b', { tokens: 15 }, { usage: { tokens: 35 } }));
      await world.run(world.call(limiter, 'c', { tokens: 10 }));
      expect(world.lines).toEqual(['0 a', '0 b', '3000 c']);
    });

    it('gives back all that a canceled call has taken, once', async () => {
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
      const priorities = [0, 1, -1, 1, 0];
      const call = (priority: number, i: number): Promise<unknown> =>
        world.call(limiter, `${priority} ${i}`, {}, { priority });
      await world.run(call(0, 0));
      await world.run(...priorities.map((priority, i) => call(priority, i + 1)));
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
      const rated = { key: 'rate', tier: 'rate' };
      const ofRate = Array.from({ length: 61 }, () => world.call(limiter, 'rated', {}, rated));
      await world.clock.advance(2000);
      const calls = ['a', 'b'].map((each) =>
        world.call(limiter, each, {}, { key: 'slot', tier: 'slot', flightMs: 700 }),
      );
      await world.run(...calls, world.call(limiter, 'nobody'));
      // Who goes first at the same moment is nobody's promise.
      const others = world.lines.filter((line) => !line.endsWith('rated'));
      expect(others.sort()).toEqual(['2000 a', '2000 nobody', '2700 b']);
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

    /** Why a call is rejected now. */
    async function rejection(call: Promise<unknown>): Promise<unknown> {
      const begun = world.ms;
      const error = await world.clock.run(call.then(fail, (reason: unknown) => reason));
      expect(world.ms).toBe(begun);
      return error;
    }

    it.each([
      ['token-bucket', 20_000],
      ['sliding-window', 60_000],
      ['fixed-window', 40_000],
    ] as const)(
      "rejects at once what a tier holds back too long, whoever has used it, with that limit's evidence (%s)",
      async (strategy, waitMs) => {
        const tiers = { free: { rpm: 3, strategy } };
        const group = world.processes(2, { limits: { rpm: 1_000_000 }, tiers });
        const key = { key: 'u', tier: 'free' };
        for (const i of [0, 1, 0]) await world.run(world.call(group[i]!, 'sent', {}, key));
        expect(world.lines).toEqual(Array(3).fill('0 sent'));
        for (const [i, maxWaitMs] of [0, 500, 0, 500].entries()) {
          const error = await rejection(group[(i + 1) % 2]!.acquire({}, { ...key, maxWaitMs }));
          expect(error).toMatchObject({
            name: 'RateLimitExceeded',
            message: `This call to default would wait ${waitMs / 1000} s for its key's limit on requests, ${maxWaitMs === 0 ? 'and may not wait' : 'longer than the 0.5 s allowed'}`,
            ...{ reason: 'requests', waitMs, limit: 3, remaining: 0 },
            resetAt: START + waitMs,
          });
        }
        await world.clock.advance(10_000);
        for (const each of group) {
          const call = each.core.as(key, (caller) =>
            each.core
              .lane(manualKey('default'))
              .acquire({ cost: { requests: 1 }, caller, mayWait: false }),
          );
          const left = waitMs - 10_000;
          expect(await rejection(Promise.resolve(call))).toMatchObject({
            message: `This call to default would wait ${left / 1000} s for its key's limit on requests, and may not wait`,
            ...{ reason: 'requests', waitMs: left, limit: 3, remaining: 0 },
          });
        }
      },
    );

    it('tells what is left of a limit for which a call is too large just now', async () => {
      const tiers = { free: { tpm: 1000 } };
      const [one, two] = world.processes(2, { limits: { tpm: 1_000_000 }, tiers });
      const key = { key: 'u', tier: 'free' };
      await world.run(world.call(one!, 'sent', { tokens: 600 }, key));
      const calls = [500, 700].map((tokens) => {
        return two!.acquire({ tokens }, { ...key, maxWaitMs: 1000 });
      });
      const errors = await Promise.all(calls.map(rejection));
      expect(errors).toMatchObject([
        { reason: 'tokens', limit: 1000, remaining: 400, waitMs: 6000 },
        { reason: 'tokens', limit: 1000, remaining: 400, waitMs: 18_000 },
      ]);
    });

    it('tells what is left of the limits of a tier, whoever has used it', async () => {
      const tiers = {
        bucket: { rpm: 10, tpm: 1000 },
        sliding: { rpm: 10, strategy: 'sliding-window' },
        fixed: { rpm: 10, strategy: 'fixed-window' },
      } as const;
      const [one, two] = world.processes(2, { tiers });
      const left = async (limiter: RateLimiter, tier: string): Promise<unknown> => {
        const limits = await world.clock.run(limiter.allowance({ key: tier, tier }));
        return limits.map(({ max, remaining, resetAt }) => [max, remaining, resetAt - START]);
      };
      expect(await left(two!, 'fixed')).toEqual([[10, 10, 0]]);
      for (const tier of Object.keys(tiers)) {
        const calls = [one!, two!, one!].map((each) =>
          world.call(each, tier, { tokens: 300 }, { key: tier, tier }),
        );
        await world.run(...calls);
      }
      await world.clock.advance(300);
      for (const each of [one!, two!]) {
        expect(await left(each, 'bucket')).toEqual([
          [1000, 105, 54_000],
          [10, 7, 18_000],
        ]);
        expect(await left(each, 'sliding')).toEqual([[10, 7, 60_000]]);
        expect(await left(each, 'fixed')).toEqual([[10, 7, 40_000]]);
      }
    });

    it('lets a call go that need not wait, once another has given back what held it up', async () => {
      const tiers = { free: { tpm: 1000 } };
      const [one, two] = world.processes(2, { limits: { tpm: 2000 }, tiers });
      for (const [key, first] of [
        [{ key: 'u', tier: 'free' }, 1000],
        [{}, 1990],
      ] as const) {
        const granted = await world.clock.run(one!.acquire({ tokens: first }, key));
        const call = () => two!.acquire({ tokens: 100 }, { ...key, maxWaitMs: 0 });
        expect(await rejection(call())).toMatchObject({ reason: 'tokens' });
        granted.settle({ tokens: 10 });
        await world.clock.advance(250);
        (await world.clock.run(call())).settle({ tokens: 0 });
        await world.clock.advance(60_000);
      }
    });

    it.each([0, 500])(
      'rejects at once what the lane holds back too long, whoever has used it (%i ms)',
      async (maxWaitMs) => {
        const group = world.processes(2, { limits: { rpm: 3 } });
        for (const i of [0, 0, 0]) await world.run(world.call(group[i]!, 'sent'));
        for (const i of [1, 1, 0, 1]) {
          expect(await rejection(group[i]!.acquire({}, { maxWaitMs }))).toMatchObject({
            message: `This call to default would wait 20 s for the limit on requests, ${maxWaitMs === 0 ? 'and may not wait' : 'longer than the 0.5 s allowed'}`,
            ...{ reason: 'requests', waitMs: 20_000, limit: 3, remaining: 0 },
          });
        }
      },
    );

    it('rejects what waits for a slot that another has, with that limit for evidence', async () => {
      const tiers = { slot: { concurrency: 1 } };
      const options = { limits: { rpm: 6000, concurrency: 3 }, tiers };
      const [one, two] = world.processes(2, options);
      const key = { key: 's', tier: 'slot' };
      const held = [await world.clock.run(one!.acquire({}, key))];
      const ofKey = { reason: 'concurrency', limit: 1, remaining: 0, waitMs: 1000 };
      for (const maxWaitMs of [0, 500]) {
        expect(await rejection(two!.acquire({}, { ...key, maxWaitMs }))).toMatchObject(ofKey);
      }
      for (const _ of [2, 3]) held.push(await world.clock.run(one!.acquire({})));
      const ofLane = { reason: 'concurrency', limit: 3, remaining: 0, waitMs: 1000 };
      expect(await rejection(two!.acquire({}, { maxWaitMs: 0 }))).toMatchObject(ofLane);
      // Nobody knows how long that takes.
      const waiting = two!.acquire({}, { maxWaitMs: 500 });
      await expect(world.clock.run(waiting)).rejects.toMatchObject({
        ...ofLane,
        message:
          'This call to default has waited 0.5 s for the limit on calls in flight, as long as it may',
      });
      for (const each of held) each.cancel();
    });

    it('takes calls that may wait for so long only in the order in which they come', async () => {
      const [one, two] = world.processes(2, { limits: { rpm: 3 } });
      for (const _ of [1, 2, 3]) await world.run(world.call(one!, 'sent'));
      world.lines.length = 0;
      const calls = ['a', 'b', 'c'].map((each) =>
        world.call(two!, each, {}, { maxWaitMs: 25_000 }),
      );
      await world.run(...calls);
      expect(world.lines).toEqual(['0 b RateLimitExceeded', '0 c RateLimitExceeded', '20000 a']);
    });

    it('lets any number of calls that may not wait go at once where there is room for them', async () => {
      const limiter = world.limiter({ limits: { rpm: 100 } });
      const calls = Array.from({ length: 120 }, () =>
        world.call(limiter, 'x', {}, { maxWaitMs: 0 }),
      );
      await world.run(...calls);
      const rejected = '0 x RateLimitExceeded';
      expect(world.lines.filter((line) => line === '0 x')).toHaveLength(100);
      expect(world.lines.filter((line) => line === rejected)).toHaveLength(20);
    });

    it('goes on with others behind any number that only their own limits hold back', async () => {
      const tiers = { free: { rpm: 1 } };
      const [one, two] = world.processes(2, { limits: { rpm: 6000 }, tiers });
      const keys = Array.from({ length: 40 }, (_, i) => ({ key: `k${i}`, tier: 'free' }));
      await world.run(...keys.map((key) => world.call(one!, 'first', {}, key)));
      world.lines.length = 0;
      const held = keys.map((key) => world.call(two!, 'held', {}, key));
      const free = world.call(two!, 'free', {}, { key: 'free', tier: 'free' });
      await world.clock.advance(100);
      expect(world.lines).toEqual(['0 free']);
      await world.run(free, ...held);
    });

    it('tells of a call that the limits of its tier hold back, whoever has used them', async () => {
      const tiers = { free: { rpm: 3 } };
      const [one, two] = world.processes(2, { limits: { rpm: 6000 }, tiers });
      const key = { key: 'u', tier: 'free' };
      for (const each of [one!, two!, one!]) await world.run(world.call(each, 'sent', {}, key));
      const throttled = heard(two!, 'throttled');
      const calls = [1, 2].map(() => world.call(two!, 'held', {}, key));
      await world.run(...calls);
      expect(throttled).toMatchObject([
        { reason: 'requests', limitOf: 'key', key: 'u', waitMs: 20_000 },
        { reason: 'requests', limitOf: 'key', key: 'u', waitMs: 40_000 },
      ]);
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
      await world.clock.advance(200);
      const [lane] = limiter.snapshot();
      expect(lane).toMatchObject({ lane: 'limiter/m', queued: 0, inFlight: 0, othersShare: 0 });
      expect(lane?.limits.map(({ level }) => level)).toEqual([1.2, 29]);
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

    it('lets as many go at once as higher limits that are given have more room for', async () => {
      const limiter = world.limiter({ limits: { rpm: 10 } });
      const calls = Array.from({ length: 41 }, () => world.call(limiter, 'a'));
      await world.clock.advance(1000);
      limiter.configure({ limits: { rpm: 40 } });
      await world.run(...calls);
      const [last = ''] = world.lines.slice(40);
      expect(world.lines.slice(0, 40)).toEqual([
        ...Array(10).fill('0 a'),
        ...Array(30).fill('1000 a'),
      ]);
      // A sixth of a call had come back.
      expect(Number.parseFloat(last)).toBeGreaterThanOrEqual(2250);
    });

    it('has that room for calls that come later, too', async () => {
      const limiter = world.limiter({ limits: { rpm: 10 } });
      await world.run(...Array.from({ length: 10 }, () => world.call(limiter, 'a')));
      limiter.configure({ limits: { rpm: 40 } });
      world.lines.length = 0;
      const calls = Array.from({ length: 31 }, () => world.call(limiter, 'b'));
      await world.clock.advance(1000);
      expect(world.lines).toEqual(Array(30).fill('0 b'));
      await world.run(...calls);
    });

    it('gives that room once, whoever says so, and however often limits are changed', async () => {
      const [one, two] = world.processes(2, { limits: { rpm: 10 } });
      await world.run(...Array.from({ length: 10 }, () => world.call(one!, 'a')));
      for (const rpm of [40, 10, 40]) {
        for (const limiter of [one!, two!]) {
          limiter.configure({ limits: { rpm } });
          const calls = Array.from({ length: 50 }, () =>
            world.call(limiter, `of ${rpm}`, {}, { maxWaitMs: 0 }),
          );
          await world.run(...calls);
        }
      }
      const sent = world.lines.filter((line) => !line.endsWith('RateLimitExceeded'));
      expect(sent).toEqual([...Array(10).fill('0 a'), ...Array(30).fill('0 of 40')]);
    });
  });
}
