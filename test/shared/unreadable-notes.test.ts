import { expect, test } from 'vitest';
import { createRateLimiter } from '../../src/limiter.ts';
import { MemoryStore } from '../../src/shared/memory-cell.ts';
import { createVirtualClock } from '../../src/testing/index.ts';

test.each([
  '[null]',
  '["x"]',
  '[{"kind":"ask"}]',
  '[{"kind":"ask","tickets":[null]}]',
  '[{"kind":"ask","tickets":[{"id":1}]}]',
  '[{"kind":"ended"}]',
  '[{"kind":"configure"}]',
  '[{"kind":"configure","terms":{}}]',
  '[{"kind":"used"}]',
  '[{"kind":"observed","call":{}}]',
  '[{"kind":"pause"}]',
  '[{"kind":"join"}]',
])('a note of %s stops nobody, and leaves the inbox', async (commands) => {
  const clock = createVirtualClock();
  const memory = new MemoryStore(clock);
  const store = memory.cellsOf('one');
  let name = '';
  const noting = {
    ...store,
    open: (...[cell, part]: Parameters<typeof store.open>) => {
      if (cell.startsWith('lane/')) name = cell;
      return store.open(cell, part);
    },
  };
  const limiter = createRateLimiter({ clock, store: noting, limits: { rpm: 60 } });
  const degraded: unknown[] = [];
  limiter.on('degraded', (event) => degraded.push(event));
  (await clock.run(limiter.acquire({}))).settle();
  await clock.advance(1000);

  const cell = memory.cellsOf('other').open(name);
  const text = `["other",1,1,0,${clock.now()},1,${commands},[],2]`;
  await cell.ask!({ member: 'other', order: 1, text });
  await clock.advance(5000);
  (await clock.run(limiter.acquire({}))).settle();
  await clock.advance(5000);
  expect(degraded).toEqual([]);
  expect((await cell.read()).inbox.map(({ member }) => member)).not.toContain('other');
  limiter.close();
});
