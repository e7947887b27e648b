import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { Calibration } from '../../src/tokens/calibration/calibration.ts';
import type { CustomEstimator } from '../../src/tokens/custom-estimate.ts';
import { estimateTokens, warmUp } from '../../src/tokens/estimate.ts';
import { estimateCall } from '../../src/tokens/estimate-call.ts';

beforeAll(warmUp);

const request = {
  provider: 'openai',
  path: '/chat/completions',
  body: { model: 'gpt-4o', max_tokens: 50, messages: [{ role: 'user', content: 'hello world' }] },
};
const OURS = { inputTokens: 9, outputTokens: 50, marginTokens: 0, expectedOutputTokens: 50 };

async function estimate(custom: CustomEstimator): Promise<unknown> {
  const estimated = await estimateCall(request, { calibration: new Calibration(), custom });
  const { inputTokens, firmInputTokens, outputTokens } = estimated;
  const { marginTokens, expectedOutputTokens } = estimated;
  expect(estimated.expectedNow()).toBe(expectedOutputTokens);
  return { inputTokens, firmInputTokens, outputTokens, marginTokens, expectedOutputTokens };
}

test('without any other source, the estimate is ours', async () => {
  expect(await estimate(() => undefined)).toEqual({ ...OURS, firmInputTokens: 9 });
  expect(await estimateTokens(request)).toEqual({ inputTokens: 9, outputTokens: 50 });
});

test.each([
  ['both', { inputTokens: 70, outputTokens: 5 }, [70, 5]],
  ['the input alone', { inputTokens: 70 }, [70, 50]],
  ['the output alone', { outputTokens: 5 }, [9, 5]],
  ['all tokens', { tokens: 80 }, [80, 0]],
  ['all tokens and the output', { tokens: 80, outputTokens: 5 }, [75, 5]],
  ['nothing about tokens', { usd: 1 }, [9, 50]],
  ['a fraction', { inputTokens: 0.5 }, [1, 50]],
])("a caller's own numbers count: %s", async (_what, cost, [inputTokens, outputTokens]) => {
  for (const custom of [() => cost, async () => cost]) {
    expect(await estimate(custom)).toMatchObject({ inputTokens, outputTokens });
  }
});

test('an estimator that throws or rejects changes nothing', async () => {
  const broken = (): never => {
    throw new Error('broken');
  };
  expect(await estimate(broken)).toEqual({ ...OURS, firmInputTokens: 9 });
  expect(await estimate(async () => broken())).toEqual({ ...OURS, firmInputTokens: 9 });
});

test('whatever it returns, the estimate is whole numbers from 0 up', async () => {
  const key = fc.constantFrom('tokens', 'inputTokens', 'outputTokens');
  const nonsense = fc.oneof(
    fc.anything(),
    fc.dictionary(key, fc.oneof(fc.double(), fc.anything())),
  );
  await fc.assert(
    fc.asyncProperty(nonsense, async (value) => {
      // A caller without TypeScript may return anything.
      const numbers = await estimate((() => value) as unknown as CustomEstimator);
      for (const tokens of Object.values(numbers as object)) {
        expect(Number.isSafeInteger(tokens) && tokens >= 0).toBe(true);
      }
    }),
    { numRuns: 500, seed: 1 },
  );
});
