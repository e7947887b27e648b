import OpenAI from 'openai';
import { expect, it } from 'vitest';
import { withRateLimit } from '../../src/index.ts';
import { createVirtualClock } from '../../src/testing/index.ts';

it('a JSON response that is cut short costs what was reserved: the provider has done the work', async () => {
  const clock = createVirtualClock();
  const cut = new ReadableStream({
    start(sink) {
      sink.enqueue(new TextEncoder().encode('{"id":"x","choices":['));
      sink.error(new TypeError('terminated'));
    },
  });
  const bare = new OpenAI({
    apiKey: 'any',
    maxRetries: 0,
    fetch: async () => new Response(cut, { headers: { 'content-type': 'application/json' } }),
  });
  const openai = withRateLimit(bare, { clock, limits: { tpm: 10_000 }, headroom: 0 });
  const call = openai.chat.completions.create({
    model: 'gpt-4o',
    max_tokens: 1000,
    messages: [{ role: 'user', content: 'Hello' }],
  });
  await expect(clock.run(call)).rejects.toThrow();
  await clock.runUntilIdle();
  const [lane] = openai.rateLimit.snapshot();
  expect(lane).toMatchObject({ inFlight: 0, limits: [{ dimension: 'tokens', level: 9000 }] });
});
