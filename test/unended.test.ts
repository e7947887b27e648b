import { describe, expect, it } from 'vitest';
import { createRateLimiter, type RateLimiter } from '../src/limiter.ts';
import { collectGarbage } from './support/garbage.ts';
import { watchedWarnings } from './support/warnings.ts';

describe('a reservation that nobody can end any more', () => {
  const warnings = watchedWarnings('HEADROOM_UNENDED_RESERVATION');

  const drop: readonly (readonly [string, (limiter: RateLimiter) => Promise<void>])[] = [
    ['acquire', async (limiter) => void (await limiter.acquire({}))],
    ['tryAcquire', async (limiter) => void limiter.tryAcquire({})],
  ];

  it.each(drop)('is warned of once, with what to do: %s', async (_, dropped) => {
    const limiter = createRateLimiter();
    for (let call = 0; call < 3; call++) await dropped(limiter);
    await collected();
    expect(warnings()).toHaveBeenCalledTimes(1);
    const [message, options] = warnings().mock.calls[0] ?? [];
    expect(message).toMatch(/dropped without `settle` or `cancel`.*Use `limiter\.run`/);
    expect(options).toEqual({ type: 'HeadroomWarning', code: 'HEADROOM_UNENDED_RESERVATION' });
    expect(limiter.snapshot()[0]?.inFlight).toBe(3);
  });

  it('is not warned of where it has ended, or is held', async () => {
    const limiter = createRateLimiter();
    (await limiter.acquire({})).settle();
    (await limiter.acquire({})).cancel();
    await limiter.run({}, () => {});
    {
      using _ = await limiter.acquire({});
    }
    const held = await limiter.acquire({});
    await collected();
    expect(warnings()).not.toHaveBeenCalled();
    held.cancel();
  });
});

/** Finalizers run some time after their targets are gone: those of what was dropped before, by then. */
async function collected(): Promise<void> {
  let gone = 0;
  const registry = new FinalizationRegistry(() => gone++);
  for (let turn = 0; turn < 400 && gone < 3; turn++) {
    if (turn < 3) registry.register({}, undefined);
    await new Promise((resolve) => setTimeout(resolve, 2));
    collectGarbage();
  }
  expect(gone).toBe(3);
}
