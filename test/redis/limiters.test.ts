import { afterEach, beforeEach, expect, it } from 'vitest';
import type { BudgetReservation } from '../../src/budget/budget-reservation.ts';
import { manualKey } from '../../src/lane/lane-key.ts';
import type { Reservation } from '../../src/lane/reservation.ts';
import type { RateLimiter } from '../../src/limiter.ts';
import { priceIn } from '../../src/model/price.ts';
import type { RateLimiterOptions } from '../../src/options.ts';
import { EXPECTED_OUTPUT_TOKENS } from '../../src/providers/most-in-usd.ts';
import { redisStore } from '../../src/redis/index.ts';
import type { Store } from '../../src/shared/store.ts';
import { createVirtualClock, type VirtualClock } from '../../src/testing/index.ts';
import { heard, START, World } from '../support/limiter-contract.ts';
import { describeRedis } from './support/describe-redis.ts';
import { holdForDigests, VirtualClient } from './support/virtual-client.ts';

const LANE = manualKey('default');

describeRedis('limiters of several processes on one store', (server) => {
  let clock: VirtualClock;
  let client: VirtualClient;
  let world: World;
  let restore: () => void;
  /** The server forgets all that it keeps of the store, and knows its script. */
  let forget: () => Promise<void>;
  let open: (options?: Parameters<typeof redisStore>[1]) => Store;

  beforeEach(async () => {
    clock = createVirtualClock({ start: START });
    client = await VirtualClient.of(server(), clock);
    restore = holdForDigests(clock);
    const prefix = `test-${crypto.randomUUID()}`;
    forget = async () => {
      const keys = await server().command('KEYS', `{${prefix}}:*`);
      await server().command('DEL', ...(Array.isArray(keys) ? keys.map(String) : []));
    };
    const stores: Store[] = [];
    open = (options) => {
      const store = redisStore(client, { prefix, clock, ...options });
      stores.push(store);
      return store;
    };
    const close = async (): Promise<void> => {
      for (const store of stores) await store.close();
    };
    world = new World(clock, { store: () => open(), close });
  });
  afterEach(async () => {
    await world.close();
    client.destroy();
    restore();
  });

  const limiters = (count: number, options: RateLimiterOptions): RateLimiter[] =>
    Array.from({ length: count }, () => world.limiter(options));

  /** A call of `limiter` that the provider has refused. */
  async function refuse(limiter: RateLimiter, ms: number, granted?: Reservation): Promise<void> {
    const reservation = granted ?? (await clock.run(limiter.acquire({})));
    limiter.core.lane(LANE).feedback.refuse(reservation, 'rate', ms);
    reservation.refused();
  }

  it('share one limit, in the order in which the calls came, within one call of each', async () => {
    const group = limiters(4, { limits: { rpm: 600 }, burstSeconds: 0.1 });
    const calls: Promise<unknown>[] = [];
    for (let i = 0; i < 40; i++) {
      calls.push(world.call(group[(i * 7) % 4]!, String(i)));
      await clock.advance(1);
    }
    await world.run(...calls);
    const order = world.lines.map((line) => Number(line.split(' ')[1]));
    for (const [place, number] of order.entries()) {
      expect(Math.abs(place - number)).toBeLessThanOrEqual(group.length);
    }
    expect(world.ms).toBeGreaterThanOrEqual(3900);
    expect(world.ms).toBeLessThanOrEqual(4000);
  });

  it('go on where all calls have a negative priority, whose places are yet to come', async () => {
    const group = limiters(3, { limits: { rpm: 600 }, burstSeconds: 0.1 });
    const calls = group.flatMap((each, i) =>
      [1, 2, 3, 4].map(() => world.call(each, String(i), {}, { priority: -1 })),
    );
    await world.run(...calls);
    expect(world.lines).toHaveLength(12);
    expect(world.ms).toBeLessThan(1200);
  });

  it('starve no priority, whichever of them its calls wait in', async () => {
    const [one, two] = limiters(2, { limits: { rpm: 600 }, burstSeconds: 0.1 });
    const low = [1, 2, 3, 4, 5].map(() => world.call(one!, 'low'));
    await clock.advance(1);
    const high = Array.from({ length: 80 }, () => world.call(two!, 'high', {}, { priority: 1 }));
    await world.run(...low, ...high);
    const order = world.lines.map((line) => line.split(' ')[1]);
    const places = order.flatMap((name, place) => (name === 'low' ? [place] : []));
    expect(places).toEqual([0, 10, 20, 30, 40]);
    expect(world.ms).toBeLessThan(8700);
  });

  it("count a key's calls in all of them, and its calls in flight", async () => {
    const tiers = {
      rate: { rpm: 60, strategy: 'sliding-window' },
      slot: { concurrency: 1 },
    } as const;
    const [one, two] = limiters(2, { tiers });
    const calls = Array.from({ length: 62 }, (_, i) =>
      world.call((i % 2 === 0 ? one : two)!, 'k', {}, { key: 'k', tier: 'rate' }),
    );
    await clock.advance(59_000);
    expect(world.lines).toHaveLength(60);
    await world.run(...calls);
    expect(world.ms).toBeLessThan(61_000);
    const slots = [one!, two!].map((each) =>
      world.call(each, 'slot', {}, { key: 's', tier: 'slot', flightMs: 500 }),
    );
    const before = world.ms;
    await world.run(...slots);
    expect(world.ms - before).toBeGreaterThanOrEqual(500);
    expect(world.ms - before).toBeLessThan(700);
  });

  it('have so many calls in flight together', async () => {
    const group = limiters(3, { concurrency: 2 });
    const calls = group.map((each, i) => world.call(each, String(i), {}, { flightMs: 1000 }));
    await clock.advance(500);
    expect(world.lines).toHaveLength(2);
    await world.run(...calls);
    expect(world.ms).toBeLessThan(1100);
  });

  it.each([
    [2, 50, 1045],
    [4, 50, 1100],
    [2, 500, 10_200],
  ])('hand slots on as they become free: %i processes, calls of %i ms', async (count, ms, most) => {
    const group = limiters(count, { concurrency: 4 });
    const calls = Array.from({ length: 80 }, (_, i) =>
      world.call(group[i % count]!, 'x', {}, { flightMs: ms }),
    );
    await world.run(...calls);
    expect(world.ms + ms).toBeLessThan(most);
    // Each process lists the lane once.
    expect(client.runs).toBeLessThan(3 * 80 + 2 * count);
  });

  it('are all paused by what one is refused, each once, and only one tries first', async () => {
    const group = limiters(8, { limits: { rpm: 6000 } });
    const paused = group.map((each) => heard(each, 'paused'));
    const resumed = group.map((each) => heard(each, 'resumed'));
    await world.run(...group.map((each) => world.call(each, 'warm')));
    await refuse(group[0]!, 5000);
    const begun = world.ms;
    await clock.advance(10);
    world.lines.length = 0;
    const calls = group.map((each) => world.call(each, 'after', {}, { flightMs: 50 }));
    await clock.advance(begun + 5040 - world.ms);
    expect(world.lines).toHaveLength(1);
    await world.run(...calls);
    expect(world.lines).toHaveLength(8);
    expect(world.ms - begun).toBeLessThan(5400);
    expect(paused.map(({ length }) => length)).toEqual(Array(8).fill(1));
    expect(resumed.map(({ length }) => length)).toEqual(Array(8).fill(1));
  });

  it('take an old refusal for old news, whoever has met it', async () => {
    const [one, two] = limiters(2, { limits: { rpm: 6000 } });
    const early = await clock.run(two!.acquire({}));
    await refuse(one!, 1000);
    await clock.advance(100);
    const paused = heard(two!, 'paused');
    const waiting = world.call(two!, 'waiting');
    await clock.advance(100);
    await refuse(two!, 60_000, early);
    await world.run(waiting);
    expect(world.ms).toBeLessThan(1300);
    expect(paused).toHaveLength(1);
  });

  it('all know what one has learned of the limits', async () => {
    const key = { ...LANE, learns: true };
    const [one, two] = limiters(2, {});
    const cost = { requests: 1 };
    await Promise.all([one!.core.opening, two!.core.opening]);
    const granted = await clock.run(one!.core.lane(key).acquire({ cost }));
    const header = { dimension: 'requests', limit: 60, remaining: 59, windowMs: 60_000 } as const;
    one!.core.lane(key).feedback.observe(granted, [header]);
    granted.settle();
    // It asks for nothing more: that is told all the same.
    await clock.advance(30);
    const limits = heard(two!, 'limits');
    await clock.run(two!.core.lane(key).acquire({ cost }));
    expect(two!.snapshot()[0]?.limits).toMatchObject([{ dimension: 'requests', max: 60 }]);
    expect(limits.at(-1)).toMatchObject({ limits: [{ max: 60, source: 'headers' }] });
  });

  it('send few calls, all together, until a response has shown the limits', async () => {
    const key = { ...LANE, learns: true };
    const group = limiters(4, {});
    const started: Reservation[] = [];
    const cost = { requests: 1 };
    await Promise.all(group.map(({ core }) => core.opening));
    const calls = group.flatMap((each) =>
      [1, 2, 3].map(() =>
        each.core
          .lane(key)
          .acquire({ cost })
          .then((each) => started.push(each)),
      ),
    );
    await clock.advance(900);
    expect(started).toHaveLength(1);
    const header = {
      dimension: 'requests',
      limit: 6000,
      remaining: 5999,
      windowMs: 60_000,
    } as const;
    for (const lane of group.map((each) => each.core.lane(key))) {
      lane.feedback.observe(started[0]!, [header]);
    }
    started[0]!.answered();
    await clock.advance(2000);
    await clock.run(Promise.all(calls));
  });

  it('gives the place back of a call that is given up, also while the store is asked', async () => {
    const [one, two] = limiters(2, { limits: { rpm: 60 }, burstSeconds: 1 });
    const abort = new AbortController();
    const aborted = world.call(one!, 'aborted', {}, { signal: abort.signal });
    abort.abort(new RangeError('given up'));
    await world.run(aborted);
    await clock.advance(50);
    await world.run(world.call(two!, 'next'));
    expect(world.lines).toEqual(['0 aborted RangeError', '50 next']);
    const waiting = new AbortController();
    const first = world.call(one!, 'first', {}, { signal: waiting.signal });
    await clock.advance(10);
    const second = world.call(two!, 'second');
    await clock.advance(10);
    waiting.abort(new RangeError('given up'));
    await world.run(first, second);
    expect(world.lines.slice(2)).toEqual(['70 first RangeError', '1050 second']);
  });

  it('holds up nobody by what has waited in a limiter that is closed', async () => {
    const [one, two] = limiters(2, { limits: { rpm: 60 }, burstSeconds: 1 });
    await world.run(world.call(one!, 'a'));
    const closed = world.call(one!, 'closed');
    await clock.advance(10);
    const next = world.call(two!, 'next');
    await clock.advance(10);
    one!.close();
    await world.run(closed, next);
    // It was to decide next: another one notices within a tenth of a second.
    expect(world.lines).toEqual(['0 a', '20 closed HeadroomError', '1110 next']);
  });

  it('looks again for calls that only their own limits hold back, whatever else ends meanwhile', async () => {
    const tiers = { slow: { rpm: 60, strategy: 'fixed-window' } } as const;
    const [one, two] = limiters(2, { limits: { rpm: 6000 }, tiers });
    const slow = { key: 'k', tier: 'slow' };
    await world.run(...Array.from({ length: 60 }, () => world.call(two!, 'other', {}, slow)));
    world.lines.length = 0;
    const held = world.call(one!, 'held', {}, slow);
    for (let i = 0; i < 5; i++) await world.run(world.call(one!, 'free', {}, { flightMs: 10 }));
    await world.run(held);
    expect(world.lines.at(-1)).toMatch(/held$/);
    expect(clock.now() % 60_000).toBeLessThan(10);
  });

  it('ask once for a call that may not wait, and keep no place for it', async () => {
    const tiers = { free: { rpm: 1 } };
    const [one, two] = limiters(2, { limits: { rpm: 3 }, tiers });
    const key = { key: 'k', tier: 'free' };
    await world.run(world.call(one!, 'sent', {}, key));
    for (const _ of [2, 3]) await world.run(world.call(one!, 'sent'));
    // By then it has told what has ended.
    await clock.advance(300);
    await world.run(world.call(two!, 'of key', {}, { ...key, maxWaitMs: 0 }));
    await world.run(world.call(two!, 'of lane', {}, { maxWaitMs: 0 }));
    await clock.advance(500);
    const next = world.call(one!, 'next');
    await world.run(next);
    expect(world.lines.slice(3)).toEqual([
      '300 of key RateLimitExceeded',
      '300 of lane RateLimitExceeded',
      '20000 next',
    ]);
  });

  it("tell what is left of a caller's limits in one command, and without the store what one knows", async () => {
    const tiers = { free: { rpm: 10 } };
    const [one, two] = limiters(2, { limits: { rpm: 600 }, tiers });
    const key = { key: 'k', tier: 'free' };
    const remaining = async (limiter: RateLimiter): Promise<unknown> => {
      const [limit] = await clock.run(limiter.allowance(key));
      return limit?.remaining;
    };
    await world.run(...[1, 2, 3].map(() => world.call(one!, 'one', {}, key)));
    await world.run(world.call(two!, 'two', {}, key));
    const before = client.runs;
    expect(await remaining(two!)).toBe(6);
    expect(client.runs - before).toBe(1);
    client.errors = Array.from({ length: 4 }, () => new Error('LOADING Redis is loading'));
    expect(await remaining(two!)).toBeTypeOf('number');
    client.errors = [];
  });

  it('does not try at once what only the store can say', async () => {
    const [one] = limiters(1, {});
    expect(() => one!.tryAcquire({})).toThrow(
      'A store can only be asked asynchronously: use `acquire` instead of `tryAcquire`',
    );
  });

  const price = priceIn({ input: 0, output: 1_000_000 / EXPECTED_OUTPUT_TOKENS });
  /** A call that may cost one dollar. */
  async function pay(
    limiter: RateLimiter,
    key?: string,
    tier?: string,
  ): Promise<BudgetReservation> {
    await limiter.core.opening;
    const estimate = { inputTokens: 0, outputTokens: 0 };
    const charging = limiter.core.as({ key, tier }, (caller) =>
      limiter.core.reserveBudget(LANE, {
        call: { model: 'm', maxOutputTokens: undefined },
        estimate,
        caller,
        callId: 'a',
        price: () => price,
      }),
    );
    return clock.run(Promise.resolve(charging));
  }

  it('spend one budget, and still after they are started again', async () => {
    const options = {
      budget: { usdPerDay: 3, perKey: true },
      tiers: { free: { usdPerDay: 1 } },
    };
    const [one, two] = limiters(2, options);
    await pay(one!, 'a');
    await pay(two!, 'a');
    const released = await pay(two!, 'a');
    await expect(pay(one!, 'a')).rejects.toMatchObject({
      name: 'BudgetSpent',
      message: expect.stringContaining('(it sets no maximum output, so 1024 tokens are assumed)'),
      reservedUsd: 3,
    });
    released.release();
    await clock.advance(100);
    await pay(one!, 'a');
    await pay(one!, 'b', 'free');
    await expect(pay(two!, 'b', 'free')).rejects.toMatchObject({ limitUsd: 1 });
    one!.close();
    const [again] = limiters(1, options);
    await expect(pay(again!, 'a')).rejects.toMatchObject({ name: 'BudgetSpent' });
    await expect(pay(again!, 'b', 'free')).rejects.toMatchObject({ name: 'BudgetSpent' });
  });

  it('take a server that answers scripts with errors for lost, and look for it again', async () => {
    const store = open();
    const limiter = world.limiter({ store, limits: { rpm: 60 }, burstSeconds: 10 });
    const degraded = heard(limiter, 'degraded');
    const [lost, back] = [heard(limiter, 'storeLost'), heard(limiter, 'storeBack')];
    await world.run(world.call(limiter, 'a'));
    const error = new Error('NOPERM this user has no permissions to run the command');
    client.errors = Array.from({ length: 4 }, () => error);
    await world.run(world.call(limiter, 'b'));
    expect(degraded).toEqual([{ what: 'store_lost', policy: 'local', cause: error }]);
    await clock.advance(5000);
    expect(degraded.slice(1)).toMatchObject([{ what: 'store_back', policy: 'local' }]);
    expect([lost, back]).toEqual([degraded.slice(0, 1), degraded.slice(1)]);
    expect(client.errors).toEqual([]);
    await world.run(world.call(limiter, 'c'));
    expect(world.lines).toHaveLength(3);
  });

  it.each([
    [4, 'as many shares as there may be processes'],
    [1, 'a whole limit each, unless they are told of each other'],
  ])('that start while the store is gone take %i: %s', async (instances) => {
    client.errors = Array.from({ length: 1000 }, () => new Error('LOADING Redis is loading'));
    const options = { limits: { rpm: 600 }, burstSeconds: 60 };
    const group = [1, 2, 3, 4].map(() => world.limiter({ ...options, store: open({ instances }) }));
    for (const each of group) {
      for (let i = 0; i < 700; i++) void world.call(each, 'x');
    }
    await clock.advance(1100);
    // The burst of each, and what has flown in since it went on alone.
    const all = (4 / instances) * 600;
    expect(world.lines.length).toBeGreaterThanOrEqual(all);
    expect(world.lines.length).toBeLessThanOrEqual(all * (1 + 1100 / 60_000));
    for (const each of group) each.close();
    client.errors = [];
  });

  it('reject calls where the store was set up wrongly, until it has been reached once', async () => {
    const store = open();
    const limiter = world.limiter({ store, limits: { rpm: 60 }, burstSeconds: 10 });
    const degraded = heard(limiter, 'degraded');
    const error = new Error('NOAUTH Authentication required.');
    client.errors = Array.from({ length: 6 }, () => error);
    await expect(clock.run(limiter.acquire({}))).rejects.toMatchObject({
      name: 'StoreUnavailable',
      cause: error,
      message: expect.stringContaining('name the right user and password'),
    });
    await expect(clock.run(limiter.acquire({}))).rejects.toMatchObject({ cause: error });
    await clock.advance(5000);
    await world.run(world.call(limiter, 'reached'));
    client.errors = Array.from({ length: 4 }, () => error);
    await world.run(world.call(limiter, 'local'));
    expect(world.lines.map((line) => line.split(' ')[1])).toEqual(['reached', 'local']);
    expect(degraded).toMatchObject([
      { what: 'store_lost', policy: 'closed' },
      { what: 'store_back', policy: 'local' },
      { what: 'store_lost', policy: 'local' },
    ]);
  });

  it('say why nothing goes without the store, where nothing is to', async () => {
    const store = open({ onStoreLost: 'closed' });
    const budget = { budget: { usdPerDay: 3 } };
    const limiter = world.limiter({ store, limits: { rpm: 60 }, burstSeconds: 1, ...budget });
    const first = await clock.run(limiter.acquire({}));
    const waiting = [1, 2].map(() => limiter.acquire({}));
    const failures = Promise.allSettled(waiting);
    await clock.advance(10);
    const error = new Error('NOPERM this user has no permissions to run the command');
    client.errors = Array.from({ length: 50 }, () => error);
    const closed = { name: 'StoreUnavailable', code: 'store_unavailable', cause: error };
    for (const result of await clock.run(failures)) {
      expect(result).toMatchObject({ status: 'rejected', reason: closed });
    }
    await expect(clock.run(limiter.acquire({}))).rejects.toMatchObject(closed);
    await expect(pay(limiter)).rejects.toMatchObject(closed);
    first.settle();
    client.errors = [];
    await clock.advance(5000);
    await clock.run(limiter.acquire({}));
  });

  it.each([
    ['a moment later', 100],
    ['and nothing has been asked for six seconds', 6000],
  ])('have no second burst where the server forgets everything, %s', async (_, quietMs) => {
    const options = { limits: { rpm: 600 }, burstSeconds: 60 };
    const [busy, seen] = limiters(2, options);
    await world.run(world.call(seen!, 'seen'));
    await world.run(...Array.from({ length: 599 }, () => world.call(busy!, 'busy')));
    await clock.advance(quietMs);
    await forget();
    world.lines.length = 0;
    const begun = world.ms;
    const ask = (from: RateLimiter): Promise<unknown>[] =>
      Array.from({ length: 30 }, () => world.call(from, 'after'));
    const calls = [seen!, busy!].flatMap(ask);
    await clock.advance(200);
    calls.push(...limiters(1, options).flatMap(ask));
    await clock.advance(5000);
    const inflow = 10 * (quietMs / 1000 + 5.2);
    // Who knew less may begin: until the others have told what they know, a batch of each goes.
    expect(world.lines.length).toBeLessThanOrEqual(inflow + 1 + 2 * 16);
    await world.run(...calls);
    expect(world.ms - begun).toBeLessThan(10_000);
  });

  it('have their burst at once where the server has forgotten nothing', async () => {
    const limits = { limits: { rpm: 600 }, burstSeconds: 60 };
    const [one, two] = limiters(2, limits);
    const calls = [one!, two!].map((each, i) => world.call(each, String(i), {}, {}));
    await world.run(...calls, world.call(two!, 'new lane', {}, { model: 'another' }));
    expect(world.ms).toBe(0);
  });

  it('let a call be known to a lane that was forgotten, and forget lanes that are idle', async () => {
    const [one] = limiters(1, { limits: { rpm: 60 }, burstSeconds: 1 });
    for (let i = 0; i < 1000; i++) {
      const granted = await clock.run(one!.acquire({}, { model: `model ${i}` }));
      granted.settle();
      await clock.advance(10);
    }
    expect(one!.snapshot().length).toBeLessThan(400);
    for (const _ of [1, 2]) await clock.run(one!.acquire({}, { model: 'model 0' }));
    const [lane] = one!.snapshot().filter(({ model }) => model === 'model 0');
    expect(lane).toMatchObject({ inFlight: 2 });
  });

  it('asks no more often than calls go, however long the line is', async () => {
    const group = limiters(2, { limits: { rpm: 6000 }, burstSeconds: 0.1 });
    const calls = group.flatMap((each) =>
      Array.from({ length: 200 }, () => world.call(each, 'x', {}, { flightMs: 30 })),
    );
    await world.run(...calls);
    // A question for each call, a moment later what has become of it, and some in vain.
    expect(client.runs).toBeLessThan(2.5 * 400);
  });
});
