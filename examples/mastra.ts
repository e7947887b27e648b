import './support/providers.ts'; // simulated ones, where no API key is set
import { createOpenAI } from '@ai-sdk/openai';
import { Agent } from '@mastra/core/agent';
import type { MastraModelConfig } from '@mastra/core/llm';
import { createRateLimiter } from 'llm-headroom';

const limiter = createRateLimiter({ limits: { rpm: 300, tpm: 200_000 } });
const openai = createOpenAI({ fetch: limiter.fetch });

const agent = new Agent({
  id: 'clerk',
  name: 'Clerk',
  instructions: 'One sentence.',
  // Mastra's types may be those of an earlier AI SDK.
  model: openai('gpt-4o-mini') as MastraModelConfig,
  maxRetries: 0,
});

const { text, usage } = await agent.generate('What is an agent?');
console.log(`${text} (${usage.outputTokens} tokens)`);

for (const { model, totals } of limiter.snapshot()) console.log(`${model}: ${totals.calls} calls`);
