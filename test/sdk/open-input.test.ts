import OpenAI from 'openai';
import { expect, it } from 'vitest';
import { createRateLimiter } from '../../src/limiter.ts';
import { createVirtualClock } from '../../src/testing/index.ts';
import { withRateLimit } from '../../src/with-rate-limit.ts';

/** A call whose input grows on the server: a search adds what it finds. */
const SEARCH = {
  model: 'gpt-4.1',
  input: 'What was in the news today?',
  tools: [{ type: 'web_search' as const }],
};

function setup(found: number, options: object) {
  const clock = createVirtualClock();
  const answer = {
    id: 'resp_1',
    object: 'response',
    output: [],
    usage: { input_tokens: found, output_tokens: 5, total_tokens: found + 5 },
  };
  const fetch = async (): Promise<Response> => Response.json(answer);
  const limiter = createRateLimiter({ clock, ...options });
  const estimated: number[] = [];
  limiter.on('usage', (event) => void estimated.push(event.estimated.inputTokens));
  const bare = new OpenAI({ apiKey: 'k', baseURL: 'https://llm.example/v1', fetch });
  const client = withRateLimit(bare, { limiter });
  const ask = async (): Promise<unknown> => clock.run(client.responses.create(SEARCH));
  return { ask, estimated };
}

it('no call is rejected for what only the server knows, guessed or learned', async () => {
  const { ask, estimated } = setup(90_000, { limits: { rpm: 6000, tpm: 2000 } });
  for (let call = 0; call < 10; call += 1) await ask();
  expect(estimated).toHaveLength(10);
});

it('no budget rejects a call for it either', async () => {
  const prices = { 'gpt-4.1': { input: 2, output: 8 } };
  const limits = { rpm: 6000 };
  const { ask } = setup(100, { limits, prices, budget: { usd: 0.012, windowMs: 86_400_000 } });
  await ask();
});

it('the tenth identical call is estimated within a fifth, from the sixth on', async () => {
  const { ask, estimated } = setup(90_000, { limits: { rpm: 6000 } });
  for (let call = 0; call < 10; call += 1) await ask();
  for (const tokens of estimated.slice(5)) expect(Math.abs(tokens / 90_000 - 1)).toBeLessThan(0.2);
});
