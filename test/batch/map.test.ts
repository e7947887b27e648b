import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { BatchProgress } from '../../src/batch/progress.ts';
import type { MapResult } from '../../src/batch/results.ts';
import { createRateLimiter, type RateLimiter } from '../../src/limiter.ts';
import { createVirtualClock, type VirtualClock } from '../../src/testing/index.ts';
import { FastClock } from '../support/fast-clock.ts';

let clock: VirtualClock;
let limiter: RateLimiter;

beforeEach(() => {
  clock = createVirtualClock();
  limiter = createRateLimiter({ clock, headroom: 0, limits: { rpm: 600 }, enforcement: 'bucket' });
});

const PLAIN = { headroom: 0, enforcement: 'bucket', burstSeconds: 0.1 } as const;

/** Nothing is left behind. */
afterEach(() => {
  limiter.close();
  expect([clock.pending, limiter.listenerCount('usage')]).toEqual([0, 0]);
});

const sleep = (ms: number): Promise<void> =>
  new Promise((resolve) => void clock.setTimeout(resolve, ms));

/** A call of this limiter that takes a second. */
const call = <T>(value: T): Promise<T> =>
  limiter.run({}, async () => {
    await sleep(1000);
    return value;
  });

async function all<I, V>(results: AsyncIterable<MapResult<I, V>>): Promise<MapResult<I, V>[]> {
  const list: MapResult<I, V>[] = [];
  for await (const result of results) list.push(result);
  return list;
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** An endless source that tells how much was taken of it, and whether it was closed. */
function endless(): { items: Generator<number>; taken: () => number; isClosed: () => boolean } {
  let [taken, isClosed] = [0, false];
  const items = (function* () {
    try {
      for (;;) yield taken++;
    } finally {
      isClosed = true;
    }
  })();
  return { items, taken: () => taken, isClosed: () => isClosed };
}

describe('results', () => {
  it('have the item, its index, and the value or the error', async () => {
    const fn = (item: string): string => {
      if (item === 'b') throw new Error('no b');
      return item.toUpperCase();
    };
    const results = limiter.map(['a', 'b'], fn, { ordered: true });
    expect(await all(results)).toEqual([
      { index: 0, item: 'a', value: 'A' },
      { index: 1, item: 'b', error: new Error('no b') },
    ]);
  });

  it('come as they are there, or in order', async () => {
    const fn = (ms: number): Promise<void> => sleep(ms);
    const taken = await clock.run(all(limiter.map([30, 10, 20], fn)));
    expect(taken.map(({ index }) => index)).toEqual([1, 2, 0]);
    const ordered = await clock.run(all(limiter.map([30, 10, 20], fn, { ordered: true })));
    expect(ordered.map(({ index }) => index)).toEqual([0, 1, 2]);
  });

  it('are each item once, whatever the order of endings, the window and the failures', async () => {
    const ending = fc.record({ ms: fc.nat(50), fails: fc.nat(3), isSlow: fc.boolean() });
    const property = fc.asyncProperty(
      fc.array(ending, { maxLength: 40 }),
      fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
      fc.boolean(),
      fc.nat(2),
      fc.boolean(),
      async (items, window, ordered, retries, isAsync) => {
        const fast = new FastClock();
        const own = createRateLimiter({ clock: fast, limits: { rpm: 600 }, headroom: 0 });
        const failed = new Map<number, number>();
        const wait = (ms: number): Promise<void> =>
          new Promise((resolve) => void fast.setTimeout(resolve, ms));
        let [running, most] = [0, 0];
        const fn = async (item: (typeof items)[0], { index }: { index: number }) => {
          most = Math.max(most, ++running);
          await (item.isSlow ? own.run({}, () => wait(item.ms)) : wait(item.ms));
          running--;
          const failures = failed.get(index) ?? 0;
          failed.set(index, failures + 1);
          if (failures < item.fails) throw new Error(`${index}`);
          return index;
        };
        const source = isAsync
          ? (async function* () {
              yield* items;
            })()
          : items;
        const results = all(own.map(source, fn, { window, ordered, retries }));
        await fast.run();
        const list = await results;
        const indexes = list.map(({ index }) => index);
        expect(ordered ? indexes : indexes.toSorted((a, b) => a - b)).toEqual(
          numbers(items.length),
        );
        for (const result of list) {
          expect(result.item).toBe(items[result.index]);
          expect('error' in result).toBe(items[result.index]!.fails > retries);
        }
        if (window !== undefined) expect(most).toBeLessThanOrEqual(window);
        expect([running, fast.pending]).toEqual([0, 0]);
        own.close();
      },
    );
    await fc.assert(property, { numRuns: 150 });
  });

  it('are handed out before an error of the source is thrown', async () => {
    const items = (function* () {
      yield 1;
      throw new Error('disk');
    })();
    const results = limiter.map(items, call);
    expect(await clock.run(results.next())).toEqual({
      done: false,
      value: { index: 0, item: 1, value: 1 },
    });
    await expect(results.next()).rejects.toThrow('disk');
    expect(await results.next()).toEqual({ done: true, value: undefined });
  });
});

describe('the window', () => {
  it('keeps the limit busy, however long calls take', async () => {
    // 10 a second, of which each takes 20 s: 200 in flight.
    const slow = (): Promise<void> => limiter.run({}, () => sleep(20_000));
    const count = 600 + 10 * 120;
    await clock.run(all(limiter.map(numbers(count), slow)));
    // 600 at once, the rest evenly; the first look at what went is after 100 ms.
    expect(clock.now()).toBe(120_000 + 20_000);
  });

  it('never takes in the whole input: 15,000 items, as many of them as are needed', async () => {
    const own = createRateLimiter({ clock, limits: { rpm: 600_000 }, ...PLAIN });
    let [taken, ended, most] = [0, 0, 0];
    const items = (function* () {
      for (; taken < 15_000; taken++) yield taken;
    })();
    const results = own.map(items, () => own.run({}, () => undefined));
    const counting = (async () => {
      for await (const _ of results) {
        most = Math.max(most, taken - ended);
        ended++;
      }
    })();
    await clock.run(counting);
    expect(ended).toBe(15_000);
    // 10,000 a second: at most 1,000 in flight, 1,000 that wait, and as many results.
    expect(most).toBeLessThanOrEqual(4000);
    own.close();
  });

  it('is 32 for calls that the limiter does not know or hold back', async () => {
    let [running, most] = [0, 0];
    const fn = async (): Promise<void> => {
      most = Math.max(most, ++running);
      await sleep(1000);
      running--;
    };
    await clock.run(all(limiter.map(numbers(200), fn)));
    expect([most, clock.now()]).toEqual([32, 7000]);
  });

  it('is as large as one says', async () => {
    await clock.run(all(limiter.map(numbers(200), () => sleep(1000), { window: 100 })));
    expect(clock.now()).toBe(2000);
  });

  it('takes no more of the source while nobody takes results, and sets no timer', async () => {
    const { items, taken } = endless();
    const results = limiter.map(items, (item) => item);
    expect(taken()).toBe(0);
    await results.next();
    await clock.runUntilIdle();
    expect(taken()).toBeLessThanOrEqual(65);
    await results.return?.();
  });
});

describe('the end', () => {
  /** Begins calls of which each ends only when it is told to, and notes those that are under way. */
  function begun(options: { signal?: AbortSignal } = {}) {
    const source = endless();
    const running = new Set<number>();
    const results = limiter.map(
      source.items,
      (item, { signal }) =>
        new Promise<number>((resolve, reject) => {
          running.add(item);
          const end = (): void => {
            running.delete(item);
            reject(signal.reason);
          };
          signal.addEventListener('abort', end);
          if (item === 0) resolve(0);
        }),
      options,
    );
    return { ...source, running, results };
  }

  it('by `break` stops all that is under way, and closes the source', async () => {
    const { results, running, isClosed } = begun();
    for await (const { index } of results) {
      expect(index).toBe(0);
      expect(running.size).toBeGreaterThan(1);
      break;
    }
    running.delete(0);
    expect([running.size, isClosed()]).toEqual([0, true]);
    expect(await results.next()).toEqual({ done: true, value: undefined });
  });

  it('by a signal rejects with its reason', async () => {
    const controller = new AbortController();
    const { results, running, isClosed } = begun({ signal: controller.signal });
    await results.next();
    const next = results.next();
    controller.abort('enough');
    await expect(next).rejects.toBe('enough');
    running.delete(0);
    expect([running.size, isClosed()]).toEqual([0, true]);
  });

  it('by a signal that has aborted before calls nothing', async () => {
    const { results, taken } = begun({ signal: AbortSignal.abort('before') });
    await expect(results.next()).rejects.toBe('before');
    expect(taken()).toBe(0);
  });

  it('by `close()` rejects, and so does a batch that begins later', async () => {
    const { results, running } = begun();
    const later = limiter.map([1], call);
    await results.next();
    const next = results.next();
    limiter.close();
    await expect(next).rejects.toMatchObject({ code: 'closed' });
    await expect(later.next()).rejects.toMatchObject({ code: 'closed' });
    expect(() => limiter.map([1], call)).toThrow(expect.objectContaining({ code: 'closed' }));
    running.delete(0);
    expect(running.size).toBe(0);
  });

  it('does not wait for a source that never answers', async () => {
    const items = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) };
    const results = limiter.map(items, call);
    const next = results.next();
    expect(await results.return?.()).toEqual({ done: true, value: undefined });
    expect(await next).toEqual({ done: true, value: undefined });
  });
});

describe('retries', () => {
  it('call again, later each time', async () => {
    const times: number[] = [];
    const fn = (): never => {
      times.push(clock.now());
      throw new Error('no');
    };
    const results = await clock.run(all(limiter.map([1], fn, { retries: 3 })));
    expect(times).toEqual([0, 500, 1500, 3500]);
    expect(results).toEqual([{ index: 0, item: 1, error: new Error('no') }]);
  });

  it('repeat no error that stays, also where an SDK has wrapped it', async () => {
    let calls = 0;
    const tooLarge = async (): Promise<void> => {
      calls++;
      await limiter.acquire({ requests: 601 });
    };
    const wrapped = (): Promise<void> =>
      tooLarge().catch((cause) => {
        throw new Error('Stream failed', { cause });
      });
    await all(limiter.map([1], tooLarge, { retries: 3 }));
    await all(limiter.map([1], wrapped, { retries: 3 }));
    expect(calls).toBe(2);
  });

  it('repeat a call that waited too long', async () => {
    await limiter.acquire({ requests: 600 });
    const fn = (): Promise<number> => limiter.run({}, () => clock.now(), { maxWaitMs: 50 });
    const [result] = await clock.run(all(limiter.map([1], fn, { retries: 3 })));
    expect(result).toEqual({ index: 0, item: 1, value: 500 });
  });

  it('end with the batch', async () => {
    const fn = (): never => {
      throw new Error('no');
    };
    const results = limiter.map([1], fn, { retries: 3 });
    const next = results.next();
    await clock.advance(100);
    await results.return?.();
    expect(await next).toEqual({ done: true, value: undefined });
  });
});

describe('progress', () => {
  it('tells the time that is left of items that can not be counted, where their number is given', async () => {
    const told: (readonly [number | undefined, number | undefined])[] = [];
    const options = {
      window: 10,
      onProgress: ({ total, etaMs }: BatchProgress) => told.push([total, etaMs]),
    };
    for (const total of [undefined, 20]) {
      await clock.run(all(limiter.map(numbers(20).values(), call, { ...options, total })));
    }
    const unknown = [undefined, undefined];
    expect(told).toEqual([
      ...[unknown, unknown, unknown],
      ...[
        [20, undefined],
        [20, 2000],
        [20, undefined],
      ],
    ]);
    expect(() => limiter.map([], call, { total: -1 })).toThrow('Expected `total` to be a number');
  });

  it('is told once a second, and at the end; the time left is unknown or more than 0', async () => {
    const told: object[] = [];
    const fn = async (item: number): Promise<void> => {
      await call(item);
      if (item === 0) throw new Error('no');
    };
    const options = { window: 10, onProgress: (progress: object) => told.push(progress) };
    await clock.run(all(limiter.map(numbers(25), fn, options)));
    const limit = { requests: 600, tokens: undefined };
    const used = (share: number) => ({
      used: { requests: expect.closeTo(share, 3), tokens: undefined },
    });
    const none = { total: 25, tokens: 0, usd: 0, limit };
    expect(told).toEqual([
      {
        ...{ ...none, done: 0, failed: 0, inFlight: 10, waiting: 0, etaMs: undefined },
        rate: { requests: 600, tokens: 0 },
        ...used(0.016),
      },
      {
        ...{ ...none, done: 10, failed: 1, inFlight: 10, waiting: 0, etaMs: 3000 },
        rate: { requests: 600, tokens: 0 },
        ...used(0.032),
      },
      {
        ...{ ...none, done: 20, failed: 1, inFlight: 5, waiting: 0, etaMs: 750 },
        rate: { requests: 500, tokens: 0 },
        ...used(0.04),
      },
      {
        ...{ ...none, done: 25, failed: 1, inFlight: 0, waiting: 0, etaMs: undefined },
        rate: { requests: 500, tokens: 0 },
        ...used(0.04),
      },
    ]);
  });

  it('tells a limit as it was given', async () => {
    const exact = createRateLimiter({ clock, limits: { rpm: 600, tpm: 1_000_000 } });
    const told: BatchProgress[] = [];
    const fn = (): Promise<void> => exact.run({ tokens: 10 }, () => {});
    await clock.run(all(exact.map([1], fn, { onProgress: (progress) => told.push(progress) })));
    expect(told.at(-1)?.limit).toEqual({ requests: 600, tokens: 1_000_000 });
  });

  it('counts a burst against what limits have allowed with it, and never more than that', async () => {
    const told: BatchProgress[] = [];
    const limits = { rpm: 600, tpm: 60_000 };
    const paced = createRateLimiter({
      clock,
      limits,
      headroom: 0.2,
      enforcement: 'bucket',
      burstSeconds: 60,
    });
    const work = (): Promise<void> => paced.run({ tokens: 10 }, () => sleep(10));
    const onProgress = (progress: BatchProgress): number => told.push(progress);
    await clock.run(all(paced.map(numbers(1200), work, { onProgress })));
    paced.close();
    const { rate } = told[4] ?? { rate: { requests: 0 } };
    expect(rate.requests).toBeGreaterThan(2 * limits.rpm);
    const shares = told.map(({ used }) => used.requests ?? 0);
    expect(Math.max(...shares)).toBeCloseTo(0.8);
    expect(shares[40]).toBeCloseTo(0.8);
  });

  it('makes no rate of a minute from what came within less than a second', async () => {
    const told: number[] = [];
    const work = (): Promise<void> => limiter.run({}, () => sleep(1));
    const onProgress = ({ rate }: BatchProgress): void => void told.push(rate.requests);
    await clock.run(all(limiter.map(numbers(3), work, { onProgress })));
    expect(told).toEqual([180]);
  });

  it('counts no total where nobody knows it, and survives a listener that throws', async () => {
    const totals: unknown[] = [];
    const onProgress = ({ total }: { total: number | undefined }): void => {
      totals.push(total);
      throw new Error('mine');
    };
    await all(limiter.map(numbers(3).values(), (item) => item, { onProgress }));
    expect(totals).toEqual([undefined]);
  });

  it('survives a listener that rejects', async () => {
    const unhandled: unknown[] = [];
    const listen = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', listen);
    onTestFinished(() => void process.off('unhandledRejection', listen));
    const onProgress = async (): Promise<void> => Promise.reject(new Error('mine'));
    await all(limiter.map(numbers(3), (item) => item, { onProgress }));
    await new Promise((resolve) => setImmediate(resolve));
    expect(unhandled).toEqual([]);
  });
});

it.each<[unknown, unknown, object]>([
  [5, call, {}],
  [null, call, {}],
  [[], 'fn', {}],
  [[], call, { window: 0 }],
  [[], call, { retries: -1 }],
  [[], call, { ordered: 1 }],
  [[], call, { signal: {} }],
  [[], call, { onProgress: 1 }],
  [[], call, { concurrency: 1 }],
])('says at once what it can not use: %j %s %j', (items, fn, options) => {
  // @ts-expect-error what a program without types may do
  expect(() => limiter.map(items, fn, options)).toThrow(TypeError);
});
