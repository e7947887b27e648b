import { describe, expect, it } from 'vitest';
import { createRateLimiter } from '../../src/limiter.ts';
import { createVirtualClock } from '../../src/testing/index.ts';

describe('lanes that nobody uses any more', () => {
  it('are forgotten beyond 256: ten thousand model names leave no more', async () => {
    const clock = createVirtualClock();
    const limiter = createRateLimiter({ clock, limits: { rpm: 600 } });
    for (let index = 0; index < 10_000; index++) {
      (await limiter.acquire({}, { model: `m${index}` })).settle();
      if (index % 100 === 99) await clock.advance(60_000);
    }
    expect(limiter.snapshot().length).toBeLessThanOrEqual(256);
    await limiter.acquire({}, { model: 'm9999' });
    const last = limiter.snapshot().find(({ model }) => model === 'm9999');
    expect(last?.totals.calls).toBe(2);
  });

  it('are kept while something is in flight, waits, is paused or has not come back', async () => {
    const clock = createVirtualClock();
    const limiter = createRateLimiter({ clock, limits: { rpm: 1 }, concurrency: 1 });
    const shape = () => ({ enforcement: 'bucket', burstSeconds: 60 }) as const;
    await limiter.acquire({}, { model: 'in flight' });
    const paused = limiter.core.lane({ host: 'limiter', model: 'paused', shape });
    const refused = await paused.acquire({ cost: {} });
    paused.feedback.refuse(refused, 'rate', 1e7);
    refused.cancel();
    (await limiter.acquire({}, { model: 'used' })).settle();
    const open = async (name: string) => {
      for (let index = 0; index < 400; index++) {
        (await limiter.acquire({ requests: 0 }, { model: `${name} ${index}` })).settle();
      }
    };
    const kept = () => limiter.snapshot().map(({ model }) => model);
    await open('first');
    expect(kept()).toEqual(expect.arrayContaining(['in flight', 'paused', 'used']));
    await clock.advance(120_000);
    await open('second');
    expect(kept()).toEqual(expect.arrayContaining(['in flight', 'paused']));
    expect(kept()).not.toContain('used');
    expect(kept().length).toBeLessThanOrEqual(256);
  });

  it('are forgotten all at once when their limits are full, although nobody calls any more', async () => {
    const clock = createVirtualClock();
    const limiter = createRateLimiter({ clock, limits: { rpm: 60 } });
    for (let index = 0; index < 900; index++) {
      (await limiter.acquire({}, { model: `m${index}` })).settle();
    }
    expect(limiter.snapshot().length).toBe(900);
    await clock.advance(3 * 60_000);
    expect(limiter.snapshot().length).toBe(256);
    expect(clock.pending).toBe(0);
  });

  it('are never more than a thousand, whatever names users think of within a minute', async () => {
    const clock = createVirtualClock();
    const limiter = createRateLimiter({ clock, limits: { rpm: 60, rpd: 1000 } });
    const held = await limiter.acquire({}, { model: 'in flight' });
    for (let index = 0; index < 6000; index++) {
      (await limiter.acquire({}, { model: `m${index}` })).settle();
    }
    expect(limiter.snapshot().length).toBe(1000);
    expect(limiter.snapshot().map(({ model }) => model)).toContain('in flight');
    held.settle();
    await clock.advance(3 * 86_400_000);
    expect(limiter.snapshot().length).toBe(256);
    expect(clock.pending).toBe(0);
  });

  it('leave no timer behind when the limiter is closed, nor where they are all in use', async () => {
    const clock = createVirtualClock();
    const limiter = createRateLimiter({ clock, limits: { rpm: 60 } });
    for (let index = 0; index < 300; index++) await limiter.acquire({}, { model: `m${index}` });
    expect(clock.pending).toBe(1);
    await clock.runUntilIdle();
    expect(limiter.snapshot().length).toBe(300);
    await limiter.acquire({}, { model: 'one more' });
    limiter.close();
    expect(clock.pending).toBe(0);
  });
});
