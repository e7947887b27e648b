import { expect, it } from 'vitest';
import { runBatch } from '../bench/batch.ts';

// Its own file: calls that come while a process loads the code for them go in another order than later ones.
it('the first calls of a process, 700 at once to an unknown host, get no 429', async () => {
  const batch = { sdk: 'openai', enforcement: 'sliding', through: 'memory', calls: 700 } as const;
  const { status429, failed, seconds, idealSeconds } = await runBatch({ ...batch, limiter: {} });
  expect({ status429, failed }).toEqual({ status429: 0, failed: 0 });
  expect(seconds / idealSeconds).toBeLessThanOrEqual(1.15);
});
