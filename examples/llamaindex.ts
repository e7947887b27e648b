import './support/providers.ts'; // simulated ones, where no API key is set
import { OpenAI } from '@llamaindex/openai';
import { createRateLimiter } from 'llm-headroom';

const limiter = createRateLimiter({ limits: { rpm: 300, tpm: 200_000 } });

const llm = new OpenAI({
  model: 'gpt-4o-mini',
  maxTokens: 50,
  maxRetries: 0, // ten, unless it is set
  additionalSessionOptions: { fetch: limiter.fetch },
});

const { message } = await llm.chat({ messages: [{ role: 'user', content: 'What is an index?' }] });
console.log(message.content);

for (const { model, totals } of limiter.snapshot()) console.log(`${model}: ${totals.calls} calls`);
