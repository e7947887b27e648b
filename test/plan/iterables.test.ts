import { expect, it } from 'vitest';
import { createRateLimiter, type PlannedCall } from '../../src/index.ts';
import { createVirtualClock } from '../../src/testing/index.ts';

const clock = createVirtualClock({ start: 1_800_000_000_000 });
const limiter = () => createRateLimiter({ clock, limits: { rpm: 60, tpm: 100_000 } });
const calls: PlannedCall[] = Array.from({ length: 90 }, (_, index) => ({
  cost: { tokens: 100 + index },
}));

it('plans what an async iterable yields as it does a list', async () => {
  async function* yielded(): AsyncGenerator<PlannedCall, void> {
    yield* calls;
  }
  const expected = await limiter().plan(calls);
  expect(expected.calls).toBe(90);
  expect(await limiter().plan(yielded())).toEqual(expected);
  expect(await limiter().plan(new Set(calls))).toEqual(expected);
});

it('keeps no call that it has been given', async () => {
  const given: WeakRef<PlannedCall>[] = [];
  let most = 0;
  async function* yielded(): AsyncGenerator<PlannedCall, void> {
    for (let i = 0; i < 3000; i++) {
      const call = { cost: { tokens: i }, model: `m${i % 3}` };
      given.push(new WeakRef(call));
      yield call;
      if (i % 1000 !== 999) continue;
      const gc: unknown = Reflect.get(globalThis, 'gc');
      if (typeof gc !== 'function') continue;
      // What a turn of the event loop has used is kept until its end.
      await new Promise((resolve) => setImmediate(resolve));
      gc();
      most = Math.max(most, given.filter((each) => each.deref() !== undefined).length);
    }
  }
  const { setFlagsFromString } = await import('node:v8');
  const { runInNewContext } = await import('node:vm');
  setFlagsFromString('--expose-gc');
  Reflect.set(globalThis, 'gc', runInNewContext('gc'));
  const { calls: count } = await limiter().plan(yielded());
  Reflect.deleteProperty(globalThis, 'gc');
  expect(count).toBe(3000);
  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThan(10);
});

it('names the call of an iterable that can not be used', async () => {
  async function* yielded(): AsyncGenerator<PlannedCall, void> {
    yield { cost: { tokens: 1 } };
    yield { provider: 'openai', path: '/nowhere', body: {} };
  }
  await expect(limiter().plan(yielded())).rejects.toThrow('Expected `calls[1].path` to be');
  await expect(Reflect.apply(limiter().plan, undefined, [5])).rejects.toThrow('Expected `calls`');
});
