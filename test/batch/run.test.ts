import { beforeEach, describe, expect, it } from 'vitest';
import { createRateLimiter, type RateLimiter } from '../../src/limiter.ts';
import { rateLimitedFetch } from '../../src/rate-limited-fetch.ts';
import { MemoryStore } from '../../src/shared/memory-cell.ts';
import { createVirtualClock, type VirtualClock } from '../../src/testing/index.ts';
import { FlakyStore } from '../support/flaky-store.ts';

let clock: VirtualClock;
let limiter: RateLimiter;

beforeEach(() => {
  clock = createVirtualClock();
  limiter = createRateLimiter({
    ...{ clock, headroom: 0, enforcement: 'bucket', limits: { tpm: 600 } },
    tiers: { free: { tpm: 100 } },
  });
});

const left = (lane = 'limiter/default'): number | undefined =>
  limiter.snapshot().find((each) => each.lane === lane)?.limits[0]?.level;

describe('run', () => {
  it('gives what the function gives, and settles with what that has settled', async () => {
    const value = await limiter.run({ tokens: 100 }, async (reservation) => {
      reservation.settle({ tokens: 30 });
      return 'done';
    });
    expect([value, left()]).toEqual(['done', 570]);
  });

  it('settles as reserved where the function says nothing', async () => {
    expect(await limiter.run({ tokens: 100 }, () => 1)).toBe(1);
    expect(left()).toBe(500);
    expect(limiter.snapshot()[0]?.inFlight).toBe(0);
  });

  it('settles as reserved where the function fails: its request may have been sent', async () => {
    const failing = limiter.run({ tokens: 100 }, async () => {
      throw new Error('broken');
    });
    await expect(failing).rejects.toThrow('broken');
    expect(left()).toBe(500);
    expect(limiter.snapshot()[0]?.inFlight).toBe(0);
  });

  it('gives everything back where the function cancels before it fails', async () => {
    const failing = limiter.run({ tokens: 100 }, (reservation) => {
      reservation.cancel();
      throw new Error('not sent');
    });
    await expect(failing).rejects.toThrow('not sent');
    expect(left()).toBe(600);
  });

  it('waits for its turn, with the options of `acquire`', async () => {
    const times: number[] = [];
    const note = (): number => times.push(clock.now());
    const first = limiter.run({ tokens: 600 }, note, { model: 'm' });
    const second = limiter.run({ tokens: 300 }, note, { model: 'm' });
    await clock.run(Promise.all([first, second]));
    expect(times).toEqual([0, 30_000]);
    const aborted = limiter.run({ tokens: 1 }, note, { signal: AbortSignal.abort('given up') });
    await expect(aborted).rejects.toBe('given up');
    expect(times).toHaveLength(2);
  });

  it('says so, and acquires nothing, where there is no function', async () => {
    // @ts-expect-error what a program without types may do
    await expect(limiter.run({ tokens: 1 })).rejects.toThrow('Expected `fn` to be a function');
    expect(limiter.snapshot()).toEqual([]);
  });
});

describe('record', () => {
  it('counts what was used elsewhere: calls wait for it', async () => {
    limiter.record({ tokens: 600 });
    const { waitedMs } = await clock.run(limiter.acquire({ tokens: 60 }));
    expect(waitedMs).toBe(6000);
  });

  it('makes a debt of what exceeds the limit', () => {
    limiter.record({ tokens: 500 });
    limiter.record({ tokens: 500 });
    expect(left()).toBe(-400);
  });

  it('counts in the open lanes of a model, and in one by its name', async () => {
    const lane = limiter.core.lane({
      ...{ host: 'api.openai.com', model: 'gpt-4o' },
      shape: () => ({ enforcement: 'bucket', burstSeconds: 60 }),
    });
    limiter.record({ tokens: 200 }, { model: 'gpt-4o' });
    expect(lane.view.snapshot().limits[0]?.level).toBe(400);
    limiter.record({ tokens: 100 }, { model: 'api.openai.com/gpt-4o' });
    expect(lane.view.snapshot().limits[0]?.level).toBe(300);
    expect(limiter.snapshot()).toHaveLength(1);
  });

  it('counts in the lane of a model that opens within a minute', async () => {
    const shape = () => ({ enforcement: 'bucket', burstSeconds: 60 }) as const;
    const levelAt = (host: string, model: string) =>
      limiter.core.lane({ host, model, shape }).view.snapshot().limits[0]?.level;
    limiter.record({ tokens: 200 }, { model: 'gpt-4o' });
    limiter.record({ tokens: 50 }, { model: 'api.openai.com/gpt-4o' });
    await clock.advance(59_000);
    expect(left('limiter/gpt-4o')).toBe(600);
    expect(levelAt('api.openai.com', 'gpt-4o')).toBe(350);
    expect(levelAt('my.host', 'gpt-4o')).toBe(400);
    expect(levelAt('api.openai.com', 'gpt-4o-mini')).toBe(600);
    await clock.advance(1000);
    expect(levelAt('other.host', 'gpt-4o')).toBe(600);
  });

  it('makes a first call wait that a client makes', async () => {
    const ok = { choices: [], usage: { prompt_tokens: 1, completion_tokens: 1 } };
    const fetch = rateLimitedFetch({ limiter, fetch: async () => Response.json(ok) });
    const waits: number[] = [];
    limiter.on('admitted', ({ waitedMs }) => waits.push(waitedMs));
    limiter.record({ tokens: 700 }, { model: 'gpt-4o' });
    const body = JSON.stringify({ model: 'gpt-4o', max_tokens: 1, messages: [] });
    const call = fetch('https://api.openai.com/v1/chat/completions', { method: 'POST', body });
    await (await clock.run(call)).text();
    expect(waits[0]).toBeGreaterThan(10_000);
  });

  it('counts in the limits of a caller, and wakes nobody too early', async () => {
    limiter.record({ tokens: 80 }, { key: 'ann', tier: 'free' });
    const [own] = await limiter.allowance({ key: 'ann', tier: 'free' });
    expect(own?.remaining).toBe(20);
    const call = limiter.acquire({ tokens: 50 }, { key: 'ann', tier: 'free' });
    expect((await clock.run(call)).waitedMs).toBe(18_000);
  });

  it.each<[object, object]>([
    [{ tokens: -1 }, {}],
    [{ token: 1 }, {}],
    [{ tokens: 1 }, { tier: 'none' }],
    [{ tokens: 1 }, { priority: 1 }],
  ])('counts nothing of what it can not read: %j %j', (cost, options) => {
    expect(() => limiter.record(cost, options)).toThrow(TypeError);
    expect(left() ?? 600).toBe(600);
  });

  it('takes nothing after `close`', () => {
    limiter.close();
    expect(() => limiter.record({ tokens: 1 })).toThrow(
      expect.objectContaining({ code: 'closed' }),
    );
  });
});

it('counts what was used elsewhere in the store that processes share, and keys of theirs', async () => {
  const memory = new MemoryStore(clock);
  const [here, there] = ['here', 'there'].map((name) =>
    createRateLimiter({
      ...{ clock, headroom: 0, enforcement: 'bucket', limits: { tpm: 600 } },
      ...{ tiers: { free: { tpm: 100 } }, store: memory.cellsOf(name) },
    }),
  ) as [RateLimiter, RateLimiter];
  here.record({ tokens: 600 });
  here.record({ tokens: 80 }, { model: 'm', key: 'ann', tier: 'free' });
  await clock.advance(1000);
  const [lane] = await clock.run(there.status());
  expect(lane?.limits[0]?.level).toBe(10);
  const [own] = await clock.run(there.allowance({ key: 'ann', tier: 'free' }));
  expect(own?.remaining).toBe(21);
  here.close();
  there.close();
});

it('counts it once, also where the store is lost meanwhile', async () => {
  const memory = new MemoryStore(clock);
  const store = new FlakyStore(memory.cellsOf('here'));
  const limits = [{ dimension: 'tokens', max: 600, windowMs: 86_400_000 }] as const;
  const options = { clock, headroom: 0, enforcement: 'bucket', limits } as const;
  const here = createRateLimiter({ ...options, store });
  const there = createRateLimiter({ ...options, store: memory.cellsOf('there') });
  const events: string[] = [];
  here.on('degraded', ({ what }) => events.push(what));
  (await clock.run(here.acquire({ tokens: 1 }))).settle();
  await clock.advance(1000);
  store.isDown = true;
  const waiting = here.acquire({ tokens: 1 });
  await clock.advance(10_000);
  here.record({ tokens: 300 });
  (await clock.run(waiting)).settle();
  store.isDown = false;
  await clock.advance(10_000);
  expect(events).toEqual(['store_lost', 'store_back']);
  const [lane] = await clock.run(there.status());
  // Counted twice, nothing would be left.
  expect(lane?.limits[0]?.level).toBeGreaterThan(290);
  here.close();
  there.close();
});
