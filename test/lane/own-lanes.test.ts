import { expect, it } from 'vitest';
import { createRateLimiter } from '../../src/limiter.ts';
import { MemoryStore } from '../../src/shared/memory-cell.ts';
import { createVirtualClock } from '../../src/testing/index.ts';
import '../support/loaded.ts';

it('lets calls that wait go as soon as their tier has more room, with a store as well', async () => {
  const clock = createVirtualClock({ start: 1_700_000_000_000 });
  const store = new MemoryStore(clock).cellsOf('p');
  const limiter = createRateLimiter({ clock, store, tiers: { user: { concurrency: 1 } } });
  let granted = 0;
  for (let i = 0; i < 4; i++) {
    void limiter.acquire({}, { key: 'ann', tier: 'user' }).then(
      () => {
        granted += 1;
      },
      () => {},
    );
  }
  await clock.advance(5000);
  expect(granted).toBe(1);
  limiter.configure({ tiers: { user: { concurrency: 3 } } });
  await clock.advance(5000);
  expect(granted).toBe(3);
  limiter.close();
});

it('serves more callers at once than it keeps lanes for, and again', async () => {
  const clock = createVirtualClock({ start: 1_700_000_000_000 });
  const store = new MemoryStore(clock).cellsOf('p');
  const limiter = createRateLimiter({ clock, store, tiers: { user: { rpm: 60 } } });
  const ask = async (user: number): Promise<void> => {
    const granted = await limiter.acquire({}, { key: `user ${user}`, tier: 'user' });
    granted.settle();
  };
  for (let round = 0; round < 2; round++) {
    await clock.run(Promise.all(Array.from({ length: 1200 }, (_, user) => ask(user))));
    await clock.advance(1000);
  }
  limiter.close();
});

it('forgets no limit of a caller whose lane was closed for others', async () => {
  const clock = createVirtualClock({ start: 1_700_000_000_000 });
  const store = new MemoryStore(clock).cellsOf('p');
  const limiter = createRateLimiter({
    ...{ clock, store, tiers: { user: { rpm: 1, strategy: 'sliding-window' } } },
  });
  const ask = async (user: number): Promise<number> => {
    const granted = await limiter.acquire({}, { key: `user ${user}`, tier: 'user' });
    granted.settle();
    return clock.now();
  };
  const first = await clock.run(ask(0));
  await clock.run(Promise.all(Array.from({ length: 1100 }, (_, user) => ask(user + 1))));
  await clock.advance(1000);
  expect((await clock.run(ask(0))) - first).toBeGreaterThanOrEqual(60_000);
  limiter.close();
});
