import fc from 'fast-check';
import type { AcquireOptions } from '../../src/limiter/acquire-options.ts';
import { createRateLimiter } from '../../src/limiter.ts';
import type { Cost } from '../../src/model/limits.ts';
import type { RateLimiterOptions } from '../../src/options.ts';
import { FastClock } from './fast-clock.ts';

export interface Arrival {
  /** Milliseconds after the one before. */
  readonly after: number;
  readonly tokens: number;
}

export interface Started {
  readonly index: number;
  readonly arrivedAt: number;
  readonly at: number;
  readonly tokens: number;
}

/** Sends arrivals through a limiter; the calls in the order in which they were let through. */
export async function schedule(
  options: RateLimiterOptions,
  arrivals: readonly Arrival[],
  acquire: AcquireOptions = {},
): Promise<Started[]> {
  const clock = new FastClock();
  const limiter = createRateLimiter({ ...options, clock });
  const started: Started[] = [];
  let dueAt = 0;
  for (const [index, { after, tokens }] of arrivals.entries()) {
    dueAt += after;
    clock.setTimeout(() => {
      const arrivedAt = clock.now();
      const cost: Cost = { tokens };
      void limiter
        .acquire(cost, acquire)
        .then(() => started.push({ index, arrivedAt, at: clock.now(), tokens }));
    }, dueAt);
  }
  await clock.run();
  return started;
}

/** Arrivals of which each costs at most `largest`, in bursts and with pauses. */
export function arrivals(largest: number, most = 24): fc.Arbitrary<Arrival[]> {
  const after = fc.oneof(
    fc.constant(0),
    fc.integer({ min: 0, max: 400 }),
    fc.integer({ min: 0, max: 30_000 }),
  );
  const tokens = fc.oneof(
    fc.integer({ min: 1, max: largest }),
    fc.integer({ min: 1, max: Math.max(1, Math.floor(largest / 20)) }),
  );
  return fc.array(fc.record({ after, tokens }), { minLength: 1, maxLength: most });
}

/** The greatest cost among calls that started in any span of `ms`, which includes both its ends. */
export function greatestIn(
  started: readonly Started[],
  ms: number,
): { tokens: number; calls: number } {
  let greatest = { tokens: 0, calls: 0 };
  for (const [first, { at }] of started.entries()) {
    const inside = started.slice(first).filter((each) => each.at < at + ms);
    const tokens = inside.reduce((sum, each) => sum + each.tokens, 0);
    if (tokens > greatest.tokens) greatest = { tokens, calls: inside.length };
  }
  return greatest;
}
