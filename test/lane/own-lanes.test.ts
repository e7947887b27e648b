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
