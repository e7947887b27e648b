import { describe, expect, it } from 'vitest';
import type { Reservation } from '../../src/lane/reservation.ts';
import { createRateLimiter, type RateLimiter } from '../../src/limiter.ts';
import type { Cost } from '../../src/model/limits.ts';
import type { RateLimiterOptions } from '../../src/options.ts';
import { createVirtualClock, type VirtualClock } from '../../src/testing/index.ts';
import { Trace } from '../support/trace.ts';

function setup(options: RateLimiterOptions): {
  clock: VirtualClock;
  limiter: RateLimiter;
  trace: Trace;
  start: (name: string, cost?: Cost, priority?: number) => Promise<Reservation>;
} {
  const clock = createVirtualClock();
  const limiter = createRateLimiter({ clock, ...options });
  const trace = new Trace(clock);
  const start = async (name: string, cost: Cost = {}, priority = 0): Promise<Reservation> => {
    const reservation = await limiter.acquire(cost, { priority });
    trace.note(`start ${name}`);
    return reservation;
  };
  return { clock, limiter, trace, start };
}

const bucket = { headroom: 0, enforcement: 'bucket' } as const;

describe('a lane', () => {
  it('sends what fits the burst at once and the rest at the rate', async () => {
    const { clock, trace, start } = setup({ ...bucket, burstSeconds: 2, limits: { rpm: 60 } });
    for (const name of ['a', 'b', 'c', 'd']) void start(name);
    await clock.runUntilIdle();
    expect(trace.lines).toEqual(['0 start a', '0 start b', '1000 start c', '2000 start d']);
    expect(clock.pending).toBe(0);
  });

  it('takes all dimensions or none', async () => {
    const { clock, trace, start } = setup({ ...bucket, limits: { rpm: 60, tpm: 60_000 } });
    void start('a', { tokens: 60_000 });
    void start('b', { tokens: 1_000 });
    void start('c', { tokens: 1_000 });
    await clock.runUntilIdle();
    expect(trace.lines).toEqual(['0 start a', '1000 start b', '2000 start c']);
  });

  it('keeps the order within a priority, and puts a higher priority first', async () => {
    const { clock, trace, start } = setup({ ...bucket, burstSeconds: 1, limits: { rpm: 60 } });
    void start('a');
    void start('b');
    void start('c', {}, 1);
    void start('d', {}, 1);
    await clock.runUntilIdle();
    expect(trace.lines).toEqual(['0 start a', '1000 start c', '2000 start d', '3000 start b']);
  });

  it('never has more calls in flight than the concurrency', async () => {
    const { clock, trace, start } = setup({ concurrency: 1 });
    const first = start('a');
    void start('b');
    await clock.runUntilIdle();
    expect(trace.lines).toEqual(['0 start a']);
    clock.setTimeout(async () => (await first).settle(), 500);
    await clock.runUntilIdle();
    expect(trace.lines).toEqual(['0 start a', '500 start b']);
  });
});
