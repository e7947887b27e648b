import { CohereClientV2 } from 'cohere-ai';
import { createRateLimiter } from 'llm-headroom';

const limiter = createRateLimiter({ limits: { rpm: 300 } });
const token = process.env.COHERE_API_KEY ?? 'key';
const cohere = new CohereClientV2({ token, fetch: limiter.fetch, maxRetries: 0 });

export const ask = (content: string) =>
  cohere.chat({
    model: 'command-a-03-2025',
    maxTokens: 50,
    messages: [{ role: 'user', content }],
  });

// This needs a key.
if (process.env.COHERE_API_KEY !== undefined) {
  console.log((await ask('What is a limit?')).message.content);
  for (const { model, totals } of limiter.snapshot())
    console.log(`${model}: ${totals.calls} calls`);
}
