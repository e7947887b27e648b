import { describe, expect, it } from 'vitest';
import { createRateLimiter, type RateLimiter } from '../src/limiter.ts';
import { createVirtualClock, type VirtualClock } from '../src/testing/index.ts';
import { collectGarbage } from './support/garbage.ts';

const CALLS = 20;

interface Bench {
  readonly clock: VirtualClock;
  readonly limiter: RateLimiter;
  readonly watched: WeakRef<object>[];
}

/** What a caller has of a call: as long as it is there, so is what its code holds. */
function ask(
  { limiter, watched, clock }: Bench,
  options: { readonly abortAfterMs?: number; readonly maxWaitMs?: number } = {},
): Promise<unknown> {
  const controller = new AbortController();
  watched.push(new WeakRef(controller.signal));
  const { abortAfterMs, maxWaitMs } = options;
  if (abortAfterMs !== undefined) clock.setTimeout(() => controller.abort(), abortAfterMs);
  const call = { signal: controller.signal, ...(maxWaitMs !== undefined && { maxWaitMs }) };
  const send = (): Promise<void> => new Promise((resolve) => void clock.setTimeout(resolve, 500));
  return limiter.run({ tokens: 1 }, send, call).catch(() => {});
}

/** How many of the calls are still held, when all is over and the limiter goes on. */
async function leftOf(bench: Bench, calls: () => Promise<unknown>[]): Promise<number> {
  await bench.clock.run(Promise.all(calls()).then(() => {}));
  for (let turn = 0; turn < 20; turn++) {
    await new Promise<void>((resolve) => setTimeout(resolve));
    collectGarbage();
  }
  return bench.watched.filter((each) => each.deref() !== undefined).length;
}

function benchOf(rpm: number): Bench {
  const clock = createVirtualClock();
  const limits = [{ dimension: 'requests', max: rpm, windowMs: 60_000 }] as const;
  const limiter = createRateLimiter({ clock, limits, headroom: 0, enforcement: 'bucket' });
  return { clock, limiter, watched: [] };
}

describe('a limiter holds nothing of a call', () => {
  const many = <T>(one: () => T): T[] => Array.from({ length: CALLS }, one);

  it.each([
    ['that has ended', 6000, {}],
    ['that was given up while it waited', 1, { abortAfterMs: 1000 }],
    ['that was given up on its way', 6000, { abortAfterMs: 100 }],
    ['that would have waited too long', 1, { maxWaitMs: 10 }],
    ['that has waited too long', 60, { maxWaitMs: 5000 }],
  ])('%s', async (_, rpm, options) => {
    const bench = benchOf(rpm);
    // One call takes what there is.
    if (rpm === 1) await bench.clock.run(ask(bench));
    bench.watched.length = 0;
    expect(await leftOf(bench, () => many(() => ask(bench, options)))).toBe(0);
    bench.limiter.close();
  });
});
