import { describe, expect, it } from 'vitest';
import { createRateLimiter, type RateLimiter } from '../src/limiter.ts';
import type { RateLimiterOptions } from '../src/options.ts';
import { createVirtualClock, type VirtualClock } from '../src/testing/index.ts';

interface SetUp {
  readonly clock: VirtualClock;
  readonly limiter: RateLimiter;
  readonly lines: string[];
  /** Has a call ask to go, and notes when it went or why not. */
  readonly start: (name: string, model?: string) => void;
}

function setUp(options: RateLimiterOptions = {}): SetUp {
  const clock = createVirtualClock();
  const limiter = createRateLimiter({ clock, limits: { rpm: 6000 }, ...options });
  const lines: string[] = [];
  const start = (name: string, model?: string): void => {
    limiter.acquire({}, { model }).then(
      (reservation) => {
        lines.push(`${clock.now()} ${name}`);
        reservation.settle();
      },
      (error) => lines.push(`${clock.now()} ${name} ${error.name}`),
    );
  };
  return { clock, limiter, lines, start };
}

describe('an operator’s pause', () => {
  it('stops what waits and what comes, and is over in time', async () => {
    const { clock, limiter, lines, start } = setUp();
    start('a');
    await clock.advance(10);
    limiter.pause({ forMs: 5000 });
    start('b');
    await clock.advance(1000);
    start('c');
    await clock.runUntilIdle();
    expect(lines).toEqual(['0 a', '5010 b', '5010 c']);
  });

  it('also stops lanes that are first used in that time, by model', async () => {
    const { clock, limiter, lines, start } = setUp();
    limiter.pause({ model: 'm', forMs: 5000 });
    start('a', 'm');
    start('b', 'other');
    await clock.runUntilIdle();
    start('c', 'm');
    await clock.runUntilIdle();
    expect(lines).toEqual(['0 b', '5000 a', '5000 c']);
  });

  it('ends with resume(): for one model, or for all', async () => {
    const { clock, limiter, lines, start } = setUp();
    limiter.pause({ forMs: 60_000 });
    limiter.resume({ model: 'm' });
    start('a', 'm');
    start('b', 'other');
    await clock.advance(1000);
    limiter.resume();
    start('c', 'third');
    await clock.runUntilIdle();
    expect(lines.sort()).toEqual(['0 a', '1000 b', '1000 c']);
  });

  it.each(['bucket', 'window', 'slices'] as const)('keeps the limits (%s)', async (enforcement) => {
    const clock = createVirtualClock();
    const limiter = createRateLimiter({ clock, limits: { tpm: 100 }, headroom: 0, enforcement });
    (await clock.run(limiter.acquire({ tokens: 90 }))).settle();
    const start = clock.now();
    limiter.pause({ forMs: 1000 });
    await clock.run(limiter.acquire({ tokens: 90 }));
    // 80 are not there yet: at 100 a minute, or when the first 90 are a minute old.
    expect(clock.now() - start).toBeGreaterThanOrEqual(enforcement === 'window' ? 60_000 : 48_000);
  });

  it.each(['bucket', 'window'] as const)(
    'keeps them after resume(), too (%s)',
    async (enforcement) => {
      const clock = createVirtualClock();
      const limiter = createRateLimiter({ clock, limits: { tpm: 100 }, headroom: 0, enforcement });
      (await clock.run(limiter.acquire({ tokens: 90 }))).settle();
      limiter.pause({ forMs: 1000 });
      const next = limiter.acquire({ tokens: 90 });
      limiter.resume();
      await clock.run(next);
      expect(clock.now()).toBeGreaterThanOrEqual(48_000);
    },
  );

  it('rejects what waits where it takes longer than maxPauseMs, without a cause upstream', async () => {
    const { clock, limiter } = setUp({ maxPauseMs: 1000 });
    limiter.pause({ forMs: 5000 });
    const error: unknown = await limiter.acquire({}).catch((rejected: unknown) => rejected);
    expect(error).toMatchObject({ name: 'RateLimitExceeded', waitMs: 5000 });
    expect(String(error)).toMatch(/An operator allows no calls to default for 5 s/);
    expect(error).not.toHaveProperty('cause');
    await clock.advance(5000);
    await clock.run(limiter.acquire({}));
  });

  it('is told as one', async () => {
    const { clock, limiter, start } = setUp();
    const told: unknown[] = [];
    limiter.on('paused', ({ cause, until }) => told.push([cause, until]));
    limiter.on('resumed', ({ cause, pausedMs }) => told.push([cause, pausedMs]));
    start('a');
    limiter.pause({ forMs: 5000 });
    await clock.advance(1200);
    limiter.resume();
    expect(told).toEqual([
      ['operator', 5000],
      ['operator', 1200],
    ]);
  });

  it.each([
    [undefined, /`options`.*`undefined`/],
    [{}, /`forMs`/],
    [{ forMs: -1 }, /`forMs`.*`-1`/],
    [{ forMs: Number.POSITIVE_INFINITY }, /`forMs`.*`Infinity`/],
    [{ forMs: '5' }, /`forMs`.*`5` \(string\)/],
    [{ forMs: 1, model: 5 }, /`model`.*`5`/],
    [{ forMs: 1, modell: 'm' }, /`modell`.*model, forMs/],
  ])('of %o is a TypeError that says what is wrong', (options, message) => {
    const { limiter } = setUp();
    // What TypeScript would not let pass.
    expect(() => limiter.pause(options as { forMs: number })).toThrow(message);
  });

  it('can’t be given to a limiter that is closed', () => {
    const { limiter } = setUp();
    limiter.close();
    expect(() => limiter.pause({ forMs: 1 })).toThrow(/closed/);
    expect(() => limiter.resume()).toThrow(/closed/);
  });
});
