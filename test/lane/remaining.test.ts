import OpenAI from 'openai';
import { expect, it } from 'vitest';
import { withRateLimit } from '../../src/index.ts';
import { createSimulator, createVirtualClock } from '../../src/testing/index.ts';

it('what is left of a limit is what the server has, not what may go at once', async () => {
  const clock = createVirtualClock();
  const limits = { rpm: 500, tpm: 200_000 };
  const simulator = createSimulator({ provider: 'openai', limits, clock });
  const openai = withRateLimit(new OpenAI({ apiKey: 'any', fetch: simulator.fetch }), { clock });
  const messages = [{ role: 'user' as const, content: 'Hello' }];
  const left = () => openai.rateLimit.snapshot()[0]?.limits.map((limit) => limit.remaining);
  await clock.run(
    openai.chat.completions.create({ model: 'gpt-4o', max_tokens: 50_000, messages }),
  );
  expect(left()).toEqual([499, 150_000]);
  await clock.advance(120_000);
  expect(left()).toEqual([500, 200_000]);
});
