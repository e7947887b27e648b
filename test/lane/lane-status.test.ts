import { beforeEach, describe, expect, it } from 'vitest';
import { createRateLimiter, type RateLimiter } from '../../src/limiter.ts';
import type { RateLimiterOptions } from '../../src/options.ts';
import { MemoryStore } from '../../src/shared/memory-cell.ts';
import { createVirtualClock, type VirtualClock } from '../../src/testing/index.ts';
import { FlakyStore } from '../support/flaky-store.ts';

const LIMITS = { limits: { tpm: 6000 }, enforcement: 'bucket', headroom: 0 } as const;

describe('the status of lanes that other processes use', () => {
  let clock: VirtualClock;
  let memory: MemoryStore;
  const stores: FlakyStore[] = [];

  beforeEach(() => {
    clock = createVirtualClock({ start: 1_700_000_000_000 });
    memory = new MemoryStore(clock);
    stores.length = 0;
  });

  const open = (options: RateLimiterOptions = {}): RateLimiter => {
    const store = new FlakyStore(memory.cellsOf(`p${stores.length}`));
    stores.push(store);
    return createRateLimiter({ ...LIMITS, clock, store, ...options });
  };
  const take = async (limiter: RateLimiter, tokens: number, model = 'm'): Promise<void> => {
    await clock.run(limiter.acquire({ tokens }, { model }));
    await clock.advance(10);
  };

  it('knows the pause and its end', async () => {
    const [one, other] = [open(), open()];
    await take(one, 10);
    one.pause({ forMs: 5000 });
    await clock.advance(10);
    const until = clock.now() - 10 + 5000;
    const [paused] = await clock.run(other.status());
    expect(paused?.pausedUntil).toBeGreaterThanOrEqual(until - 10);
    expect(paused?.pausedUntil).toBeLessThanOrEqual(until + 10);
    await clock.advance(6000);
    expect(await clock.run(other.status())).toMatchObject([{ pausedUntil: undefined }]);
  });

  it('counts nobody who has not been heard for a lease, nor what it had in flight', async () => {
    const [one, other] = [open(), open()];
    await take(one, 1000);
    const counts = { lane: 'limiter/m', inFlight: 1, processes: 1, queued: 0, etaMs: 0 };
    expect(await clock.run(other.status())).toMatchObject([counts]);
    stores[0]!.isDown = true;
    await clock.advance(20_000);
    const gone = { ...counts, inFlight: 0, processes: 0 };
    expect(await clock.run(other.status())).toMatchObject([gone]);
  });

  it('has what was used of a lane whose only process has closed', async () => {
    const [one, other] = [open(), open()];
    const granted = await clock.run(one.acquire({ tokens: 5000 }, { model: 'm' }));
    granted.settle();
    await clock.advance(1000);
    one.close();
    await clock.advance(1000);
    const [{ limits } = { limits: [] }] = await clock.run(other.status());
    expect(limits.map(({ remaining }) => Math.round(remaining / 100))).toEqual([12]);
  });

  it('shows the own lanes first, then those of others, and no limits of tiers', async () => {
    const tiers = { free: { rpm: 10 } };
    const [one, other] = [open({ tiers }), open({ tiers })];
    await clock.run(one.acquire({}, { model: 'x', key: 'u', tier: 'free' }));
    await take(one, 10, 'y');
    await take(other, 10, 'z');
    const lanes = (await clock.run(other.status())).map(({ lane }) => lane);
    expect(lanes).toEqual(['limiter/z', 'limiter/y', 'limiter/x']);
  });

  it('is what this process knows while the store is lost', async () => {
    const [one, other] = [open(), open()];
    await take(one, 10, 'theirs');
    await take(other, 10, 'mine');
    stores[1]!.isDown = true;
    await clock.advance(6000);
    expect((await clock.run(other.status())).map(({ model }) => model)).toEqual(['mine']);
  });

  it('is empty where a store has never been used', async () => {
    expect(await clock.run(open().status())).toEqual([]);
  });
});
