import './support/providers.ts'; // simulated ones, where no API key is set
import Anthropic from '@anthropic-ai/sdk';
import { withRateLimit } from 'llm-headroom';

const claude = withRateLimit(new Anthropic(), { limits: { rpm: 50, itpm: 50_000, otpm: 10_000 } });
const { content } = await claude.messages.create({
  model: 'claude-haiku-4-5',
  max_tokens: 50,
  messages: [{ role: 'user', content: 'What is a limit? One sentence.' }],
});
for (const block of content) if (block.type === 'text') console.log(block.text);
