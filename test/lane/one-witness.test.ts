import OpenAI from 'openai';
import { expect, it } from 'vitest';
import { createVirtualClock } from '../../src/testing/index.ts';
import { withRateLimit } from '../../src/with-rate-limit.ts';

const ANSWER = {
  object: 'chat.completion',
  choices: [],
  usage: { prompt_tokens: 9, completion_tokens: 1, total_tokens: 10 },
};
const REFUSAL =
  'Rate limit reached for m on tokens per min (TPM): Limit 10, Used 1, Requested 5. Please try again in 1s.';

it('one call that is refused again and again is one witness of the limit that refusals state', async () => {
  const clock = createVirtualClock({ start: Date.UTC(2026, 0, 1) });
  const fetch = async (_: unknown, init?: { body?: unknown }): Promise<Response> => {
    await new Promise<void>((resolve) => clock.setTimeout(resolve, 100));
    if (!String(init?.body).includes('BAD')) return Response.json(ANSWER);
    return Response.json({ error: { message: REFUSAL, type: 'tokens' } }, { status: 429 });
  };
  const account = { apiKey: 'k', baseURL: 'https://llm.example/v1', maxRetries: 2, fetch };
  const client = withRateLimit(new OpenAI(account), { clock, limits: { rpm: 600 } });
  const ask = (content: string): Promise<unknown> =>
    client.chat.completions.create({
      model: 'm',
      messages: [{ role: 'user', content }],
      max_tokens: 50,
    });
  await clock.run(ask('good'));
  const bad = ask('BAD').catch(() => 'refused');
  const good: Promise<unknown>[] = [];
  for (let i = 0; i < 40; i++) {
    await clock.advance(2000);
    good.push(ask('good'));
  }
  await clock.run(Promise.all(good));
  expect(await clock.run(bad)).toBe('refused');
});
