import { HTTPClient, Mistral } from '@mistralai/mistralai';
import { createRateLimiter } from 'llm-headroom';

const limiter = createRateLimiter({ limits: { rpm: 300, tpm: 500_000 } });
const apiKey = process.env.MISTRAL_API_KEY ?? 'key';
const httpClient = new HTTPClient({ fetcher: limiter.fetch });
const mistral = new Mistral({ apiKey, httpClient });

export const ask = (content: string) =>
  mistral.chat.complete({
    model: 'mistral-small-latest',
    maxTokens: 50,
    messages: [{ role: 'user', content }],
  });

// This needs a key.
if (process.env.MISTRAL_API_KEY !== undefined) {
  console.log((await ask('What is a limit?')).choices?.[0]?.message?.content);
  for (const { model, totals } of limiter.snapshot())
    console.log(`${model}: ${totals.calls} calls`);
}
