import './support/providers.ts'; // simulated ones, where no API key is set
import { createOpenAI } from '@ai-sdk/openai';
import { generateText } from 'ai';
import { createRateLimiter } from 'llm-headroom';

const limiter = createRateLimiter({ limits: { rpm: 300, tpm: 200_000 } });
const openai = createOpenAI({ fetch: limiter.fetch });

const { text } = await generateText({
  model: openai('gpt-4o-mini'),
  prompt: 'What is a limit? One sentence.',
  maxOutputTokens: 50,
  maxRetries: 0, // a call that is refused with 429 is sent again by the limiter
});
console.log(text);
