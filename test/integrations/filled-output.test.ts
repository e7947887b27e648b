import { createAnthropic } from '@ai-sdk/anthropic';
import { generateText } from 'ai';
import { expect, it } from 'vitest';
import { createRateLimiter } from '../../src/limiter.ts';
import { rateLimitedFetch } from '../../src/rate-limited-fetch.ts';

const ANSWER = {
  ...{ type: 'message', id: 'm', role: 'assistant', model: 'claude-haiku-4-5' },
  ...{ content: [{ type: 'text', text: 'Hi' }], stop_reason: 'end_turn' },
  usage: { input_tokens: 9, output_tokens: 3 },
};

/** The `max_tokens` that are sent, by the AI SDK with a budget. */
async function sentFor(model: string, maxOutputTokens?: number): Promise<unknown[]> {
  const sent: unknown[] = [];
  const limiter = createRateLimiter({ budget: { usdPerDay: 0.2 } });
  const fetch = rateLimitedFetch({
    limiter,
    fetch: async (_, init) => {
      sent.push(JSON.parse(String(init?.body)).max_tokens);
      return Response.json(ANSWER);
    },
  });
  const claude = createAnthropic({ apiKey: 'key', fetch })(model);
  const most = maxOutputTokens === undefined ? {} : { maxOutputTokens };
  await generateText({ model: claude, prompt: 'Hi', maxRetries: 0, ...most });
  await limiter.close();
  return sent;
}

it.each([
  ['claude-haiku-4-5', 64_000],
  ['claude-opus-4-1', 32_000],
  ['claude-3-5-haiku-latest', 4096],
])('what the AI SDK fills in for %s eats no budget', async (model, filled) => {
  expect(await sentFor(model)).toEqual([filled]);
});

it('what a caller sets is reserved', async () => {
  expect(await sentFor('claude-haiku-4-5', 1000)).toEqual([1000]);
  await expect(sentFor('claude-haiku-4-5', 50_000)).rejects.toThrow(
    /more than is left of the budget/,
  );
});
