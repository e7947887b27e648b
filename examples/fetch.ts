import './support/providers.ts'; // simulated ones, where no API key is set
import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { generateText } from 'ai';
import { createRateLimiter } from 'llm-headroom';

const limiter = createRateLimiter({ limits: { rpm: 300, tpm: 200_000 } });

// The AI SDK here; LangChain, Google's, Mistral's and Cohere's clients take a `fetch` as well.
const openai = createOpenAI({ fetch: limiter.fetch });
const anthropic = createAnthropic({ fetch: limiter.fetch });

const models = [openai('gpt-4o-mini'), anthropic('claude-haiku-4-5')];
const answers = await Promise.all(
  models.map((model) =>
    generateText({ model, prompt: 'What is a limit?', maxOutputTokens: 50, maxRetries: 0 }),
  ),
);
for (const { text, usage } of answers) console.log(`${text} (${usage.outputTokens} tokens)`);

// Or without a client. Requests that call no model pass at once.
const response = await limiter.fetch('https://api.openai.com/v1/chat/completions', {
  method: 'POST',
  headers: {
    authorization: `Bearer ${process.env.OPENAI_API_KEY}`,
    'content-type': 'application/json',
  },
  body: JSON.stringify({
    model: 'gpt-4o-mini',
    messages: [{ role: 'user', content: 'What is a rate?' }],
  }),
});
console.log(response.status, (await response.json()).usage.completion_tokens);

for (const { model, totals } of limiter.snapshot()) console.log(`${model}: ${totals.calls} calls`);
