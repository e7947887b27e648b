import './support/providers.ts'; // simulated ones, where no API key is set
import Anthropic from '@anthropic-ai/sdk';
import { withRateLimit } from 'llm-headroom';
import OpenAI from 'openai';

const openai = withRateLimit(new OpenAI(), { limits: { rpm: 300, tpm: 200_000 } });
const claude = withRateLimit(new Anthropic(), { limits: { rpm: 50, itpm: 50_000, otpm: 10_000 } });

// The usage of a stream is known at its end, even if you didn't ask for it.
for (const { rateLimit } of [openai, claude]) {
  rateLimit.on('usage', ({ model, actual }) => {
    console.log(`\n${model}: ${actual?.inputTokens} tokens in, ${actual?.outputTokens} out`);
  });
}

const messages = [{ role: 'user' as const, content: 'Tell me about rivers.' }];

const stream = await openai.chat.completions.create({
  model: 'gpt-4o-mini',
  messages,
  stream: true,
});
for await (const chunk of stream) process.stdout.write(chunk.choices[0]?.delta.content ?? '');

await claude.messages
  .stream({ model: 'claude-haiku-4-5', max_tokens: 200, messages })
  .on('text', (text) => process.stdout.write(text))
  .finalMessage();
