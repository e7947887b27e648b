import { mock } from 'node:test';
import { type FakeMethod, withGlobal } from '@sinonjs/fake-timers';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { steadyClock } from '../src/clock.ts';
import { createRateLimiter, type RateLimiter } from '../src/limiter.ts';

const immediate = globalThis.setImmediate;
/** Lets everything run that no timer holds back. */
const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 3; turn++) await new Promise<void>((done) => void immediate(done));
};

/** One call a second. */
const limiterOfTest = (): RateLimiter =>
  createRateLimiter({ limits: { rpm: 60 }, headroom: 0, enforcement: 'bucket', burstSeconds: 1 });

/** How many of five calls have gone after each second that `tick` lets pass. */
async function goesBy(
  tick: (ms: number) => unknown,
  limiter: RateLimiter = limiterOfTest(),
): Promise<number[]> {
  let gone = 0;
  for (let call = 0; call < 5; call++) void limiter.acquire({}).then(() => gone++);
  await settled();
  const counts = [gone];
  for (let second = 0; second < 5; second++) {
    await tick(1000);
    await settled();
    counts.push(gone);
  }
  limiter.close();
  return counts;
}

describe('under fake timers, calls that wait go as fake time passes', () => {
  const subsets: FakeMethod[][] = [
    ['setTimeout', 'clearTimeout'],
    ['setTimeout', 'clearTimeout', 'Date'],
    ['setTimeout', 'clearTimeout', 'Date', 'performance', 'hrtime'],
    ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate', 'Date'],
    ['setTimeout', 'clearTimeout', 'Date', 'performance', 'queueMicrotask', 'nextTick'],
  ];

  it.each(subsets.map((toFake) => [toFake.join(', '), toFake] as const))(
    'of sinon: %s',
    async (_, toFake) => {
      const before = limiterOfTest();
      const clock = withGlobal(globalThis).install({ toFake, now: 1_000_000 });
      try {
        expect(await goesBy((ms) => clock.tick(ms))).toEqual([1, 2, 3, 4, 5, 5]);
        expect(await goesBy((ms) => clock.tick(ms), before)).toEqual([1, 2, 3, 4, 5, 5]);
      } finally {
        clock.uninstall();
      }
    },
  );

  it('of node:test, without `performance`', async () => {
    mock.timers.enable({ apis: ['setTimeout', 'Date'] });
    try {
      expect(await goesBy((ms) => mock.timers.tick(ms))).toEqual([1, 2, 3, 4, 5, 5]);
    } finally {
      mock.timers.reset();
    }
  });

  afterEach(() => void vi.useRealTimers());

  it('of vitest, as they are by default, and twice in a row', async () => {
    const limiter = limiterOfTest();
    for (const _ of [1, 2]) {
      vi.useFakeTimers();
      let gone = 0;
      for (let call = 0; call < 2; call++) void limiter.acquire({}).then(() => gone++);
      await vi.advanceTimersByTimeAsync(2000);
      expect(gone).toBe(2);
      vi.useRealTimers();
    }
    limiter.close();
  });
});

describe('a clock', () => {
  const reading = fc.double({ min: -1e6, max: 1e6, noNaN: true });

  it('never goes backwards, and is no earlier than a timer was due, whatever is read', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(reading, fc.integer({ min: 0, max: 5000 }))), (steps) => {
        let read = 0;
        let fire = (): void => {};
        const clock = steadyClock(
          () => read,
          (callback) => {
            fire = callback;
            return () => {};
          },
        );
        let latest = clock.now();
        for (const [next, delayMs] of steps) {
          const due = clock.now() + delayMs;
          clock.setTimeout(() => expect(clock.now()).toBeGreaterThanOrEqual(due), delayMs);
          read = next;
          fire();
          expect(clock.now()).toBeGreaterThanOrEqual(latest);
          latest = clock.now();
        }
      }),
    );
  });

  it('does not drift, where its timers are a little early', () => {
    let read = 0;
    const timers: (() => void)[] = [];
    const clock = steadyClock(
      () => read,
      (callback) => {
        timers.push(callback);
        return () => {};
      },
    );
    for (let turn = 1; turn <= 10_000; turn++) {
      clock.setTimeout(() => {}, 10);
      read = turn * 10 - 0.9;
      timers.pop()?.();
    }
    expect(clock.now()).toBeLessThanOrEqual(read + 100);
  });

  it('goes on from where fake time has brought it', () => {
    let read = 0;
    let fire = (): void => {};
    const clock = steadyClock(
      () => read,
      (callback) => {
        fire = callback;
        return () => {};
      },
    );
    clock.setTimeout(() => {}, 60_000);
    fire();
    expect(clock.now()).toBe(60_000);
    read = 5;
    expect(clock.now()).toBe(60_005);
  });
});
