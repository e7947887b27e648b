import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createVirtualClock } from '../../src/testing/index.ts';

describe('time', () => {
  test('stands still until it is advanced', async () => {
    const clock = createVirtualClock({ start: 1_000 });
    const seen: number[] = [];
    clock.setTimeout(() => seen.push(clock.now()), 500);
    await new Promise((resolve) => setImmediate(resolve));
    expect([clock.now(), clock.pending, seen]).toEqual([1_000, 1, []]);
    await clock.advance(499);
    expect([clock.now(), seen]).toEqual([1_499, []]);
    await clock.advance(1);
    expect([clock.now(), clock.pending, seen]).toEqual([1_500, 0, [1_500]]);
  });

  test('any timers run at their instant, those of one instant in the order of setting', async () => {
    const delays = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(delays, async (chosen) => {
        const clock = createVirtualClock();
        const seen: string[] = [];
        chosen.forEach((delay, order) => {
          clock.setTimeout(() => seen.push(`${clock.now()} ${order}`), delay);
        });
        await clock.runUntilIdle();
        const expected = chosen
          .map((delay, order) => ({ delay, order }))
          .sort((a, b) => a.delay - b.delay || a.order - b.order)
          .map(({ delay, order }) => `${delay} ${order}`);
        expect(seen).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  });

  test('any timers that are canceled never run, the others do', async () => {
    const timers = fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.boolean()));
    await fc.assert(
      fc.asyncProperty(timers, async (chosen) => {
        const clock = createVirtualClock();
        const seen: number[] = [];
        const cancels = chosen.map(([delay], order) =>
          clock.setTimeout(() => seen.push(order), delay),
        );
        chosen.forEach(([, kept], order) => {
          if (!kept) cancels[order]?.();
        });
        await clock.runUntilIdle();
        const kept = chosen.flatMap(([, keep], order) => (keep ? [order] : []));
        expect(seen.toSorted((a, b) => a - b)).toEqual(kept);
        expect(clock.pending).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  test('promises settle between two timers of the same instant', async () => {
    const clock = createVirtualClock();
    const seen: string[] = [];
    clock.setTimeout(() => void Promise.resolve().then(() => seen.push('after a')), 10);
    clock.setTimeout(() => seen.push('b'), 10);
    await clock.advance(10);
    expect(seen).toEqual(['after a', 'b']);
  });

  test('a timer set by a timer runs in the same advance, if it is due', async () => {
    const clock = createVirtualClock();
    const seen: number[] = [];
    const tick = () => {
      seen.push(clock.now());
      clock.setTimeout(tick, 10);
    };
    clock.setTimeout(tick, 10);
    await clock.advance(35);
    expect([seen, clock.now(), clock.pending]).toEqual([[10, 20, 30], 35, 1]);
  });

  test('canceling twice, or after the timer ran, does nothing', async () => {
    const clock = createVirtualClock();
    const cancel = clock.setTimeout(() => {}, 1);
    clock.setTimeout(() => {}, 1);
    cancel();
    cancel();
    expect(clock.pending).toBe(1);
    await clock.runUntilIdle();
    cancel();
    expect(clock.pending).toBe(0);
  });
});

describe('run', () => {
  test('jumps until the promise settles, and no further', async () => {
    const clock = createVirtualClock();
    clock.setTimeout(() => {}, 90_000);
    const hour = new Promise<string>((resolve) => clock.setTimeout(() => resolve('done'), 60_000));
    expect(await clock.run(hour)).toBe('done');
    expect([clock.now(), clock.pending]).toEqual([60_000, 1]);
  });

  test('passes a rejection on', async () => {
    const clock = createVirtualClock();
    const failing = new Promise((_, reject) => clock.setTimeout(() => reject(new Error('no')), 5));
    await expect(clock.run(failing)).rejects.toThrow('no');
  });

  test('rejects when nothing is left that could settle the promise', async () => {
    const clock = createVirtualClock();
    clock.setTimeout(() => {}, 7);
    await expect(clock.run(new Promise(() => {}))).rejects.toThrow(
      'Nothing is left at 7 that could settle the promise',
    );
  });
});

describe('hold', () => {
  test('time stands still while anything is held', async () => {
    const clock = createVirtualClock();
    const seen: string[] = [];
    const first = clock.hold();
    const second = clock.hold();
    clock.setTimeout(() => seen.push('timer'), 10);
    const idle = clock.runUntilIdle();
    setTimeout(() => {
      seen.push('first');
      first();
      first();
      setTimeout(() => {
        seen.push('second');
        second();
      }, 1);
    }, 1);
    await idle;
    expect(seen).toEqual(['first', 'second', 'timer']);
  });
});

test.each([null, 5])('a clock is not made from %j', (options) => {
  expect(() => createVirtualClock(options as never)).toThrow('Expected `options` to be an object');
});

test('an option that a clock doesn’t have is named', () => {
  expect(() => createVirtualClock({ foo: 1 } as never)).toThrow(
    'Unknown option `foo` of `createVirtualClock`; known are start, quietTurns',
  );
});

test.each([
  ['start', () => createVirtualClock({ start: -1 }), 'finite number of at least 0, got `-1`'],
  ['quietTurns', () => createVirtualClock({ quietTurns: 0.5 }), 'integer of at least 1'],
  ['delayMs', () => createVirtualClock().setTimeout(() => {}, Number.NaN), 'a finite number'],
])('an invalid %s is named', (name, make, expected) => {
  expect(make).toThrow(TypeError);
  expect(make).toThrow(`Expected \`${name}\` to be a`);
  expect(make).toThrow(expected);
});
