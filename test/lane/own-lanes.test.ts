import { expect, it } from 'vitest';
import { createRateLimiter } from '../../src/limiter.ts';
import { MemoryStore } from '../../src/shared/memory-cell.ts';
import { createVirtualClock } from '../../src/testing/index.ts';
import { CountingStore } from '../support/counting-store.ts';
import { FlakyStore } from '../support/flaky-store.ts';
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

it('serves more callers at once than it keeps lanes for, and forgets no limit of theirs', async () => {
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
  const all = (): Promise<unknown> =>
    clock.run(Promise.all(Array.from({ length: 1100 }, (_, user) => ask(user + 1))));
  await all();
  await clock.advance(100_000);
  const first = await clock.run(ask(0));
  // Now all of them are told their lanes in the same turn.
  await all();
  await clock.advance(1000);
  expect((await clock.run(ask(0))) - first).toBeGreaterThanOrEqual(60_000);
  limiter.close();
});

it('is a member of no caller’s lane that was not used for a while, and comes back to it', async () => {
  const clock = createVirtualClock({ start: 1_700_000_000_000 });
  const store = new CountingStore(new MemoryStore(clock).cellsOf('p'), 'own/');
  const limiter = createRateLimiter({ clock, store, tiers: { user: { concurrency: 1 } } });
  const call = { key: 'ann', tier: 'user' };
  const held = await clock.run(limiter.acquire({}, call));
  await clock.advance(60_000);
  held.settle();
  await clock.advance(60_000);
  store.asked = 0;
  await clock.advance(600_000);
  expect(store.asked).toBe(0);
  const again = await clock.run(limiter.acquire({}, call));
  expect(store.asked).toBeGreaterThan(0);
  let isThrough = false;
  const second = limiter.acquire({}, call).then((granted) => {
    isThrough = true;
    granted.settle();
  });
  await clock.advance(30_000);
  expect(isThrough).toBe(false);
  again.settle();
  await clock.run(second);
  limiter.close();
});

it('forgets nothing that an idle caller has used while the store is lost', async () => {
  const clock = createVirtualClock({ start: 1_700_000_000_000 });
  const flaky = new FlakyStore(new MemoryStore(clock).cellsOf('p'));
  const store = Object.assign(flaky, { instances: 1 });
  const tiers = { user: { rpm: 1, strategy: 'sliding-window' } } as const;
  const limiter = createRateLimiter({ clock, store, tiers });
  const ask = async (): Promise<number> => {
    const granted = await limiter.acquire({}, { key: 'ann', tier: 'user' });
    granted.settle();
    return clock.now();
  };
  flaky.isDown = true;
  const first = await clock.run(ask());
  await clock.advance(30_000);
  expect((await clock.run(ask())) - first).toBeGreaterThanOrEqual(60_000);
  limiter.close();
});
