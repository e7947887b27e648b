import { createRateLimiter } from 'llm-headroom';

const limiter = createRateLimiter({ limits: { rpm: 500, tpm: 200_000 } });

// 5,000 documents to summarize: how long will that take, and what will it cost? Nothing is sent.
const calls = Array.from({ length: 5_000 }, (_, index) => ({
  provider: 'openai',
  path: '/chat/completions',
  body: {
    model: 'gpt-4o-mini',
    max_completion_tokens: 200,
    messages: [
      { role: 'user', content: `Summarize document ${index}: ${'lorem ipsum '.repeat(50)}` },
    ],
  },
}));

async function show(): Promise<void> {
  const { durationMs = 0, usd = 0, tokens, lanes } = await limiter.plan(calls);
  const minutes = (durationMs / 60_000).toFixed(1);
  console.log(`${minutes} minutes, held back by ${lanes[0]?.binding}`);
  console.log(`${tokens.input} tokens in, up to ${tokens.output} out: $${usd.toFixed(2)}`);
}

await show();

// The account has a higher tier now: tell the limiter, while it runs.
limiter.configure({ limits: { rpm: 5_000, tpm: 2_000_000 } });
await show();
