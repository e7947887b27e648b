import { expect, test } from 'vitest';
import type { Cost } from '../../src/model/limits.ts';
import { withTimeLimit } from '../../src/sdk/estimator-time-limit.ts';
import { createVirtualClock } from '../../src/testing/index.ts';
import type { CustomEstimator } from '../../src/tokens/custom-estimate.ts';

const never: CustomEstimator = () => new Promise(() => undefined);

async function answer(estimator: CustomEstimator, signal?: AbortSignal): Promise<Cost | undefined> {
  return estimator({ provider: 'openai', path: '/chat/completions', body: {}, signal });
}

test('an estimator that never answers is waited for 10 s, and no longer', async () => {
  const clock = createVirtualClock();
  expect(await clock.run(answer(withTimeLimit(never, clock)))).toBeUndefined();
  expect([clock.now(), clock.pending]).toEqual([10_000, 0]);
});

test('an estimator that answers or fails in time leaves no timer behind', async () => {
  const clock = createVirtualClock();
  const late: CustomEstimator = () =>
    new Promise((resolve) => clock.setTimeout(() => resolve({ inputTokens: 70 }), 9999));
  expect(await clock.run(answer(withTimeLimit(late, clock)))).toEqual({ inputTokens: 70 });
  const broken = withTimeLimit(() => Promise.reject(new Error('broken')), clock);
  await expect(answer(broken)).rejects.toThrow('broken');
  expect([clock.now(), clock.pending]).toEqual([9999, 0]);
});

test('an aborted call waits for no estimator', async () => {
  const clock = createVirtualClock();
  const controller = new AbortController();
  const waiting = answer(withTimeLimit(never, clock), controller.signal);
  controller.abort();
  expect(await waiting).toBeUndefined();
  expect([clock.now(), clock.pending]).toEqual([0, 0]);
});
