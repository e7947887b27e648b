import './support/providers.ts'; // simulated ones, where no API key is set
import Anthropic from '@anthropic-ai/sdk';
import { withRateLimit } from 'llm-headroom';

const claude = withRateLimit(new Anthropic(), { limits: { rpm: 300, itpm: 50_000 } });

claude.rateLimit
  .on('throttled', ({ model, reason, waitMs, queued }) => {
    console.log(`${model}: held back (${reason}) for ${Math.round(waitMs)} ms, ${queued} waiting`);
  })
  .on('paused', ({ model, cause, retryAfterMs }) => {
    console.log(`${model}: paused (${cause}) for ${retryAfterMs} ms`);
  })
  .on('resumed', ({ model }) => console.log(`${model}: resumed`));

const questions = Array.from({ length: 10 }, (_, index) => `What is ${index} squared?`);
await Promise.all(
  questions.map((content) =>
    claude.messages.create({
      model: 'claude-haiku-4-5',
      max_tokens: 30,
      messages: [{ role: 'user', content }],
    }),
  ),
);

for (const { model, totals } of claude.rateLimit.snapshot()) {
  console.log(`${model}: ${totals.calls} calls sent, ${totals.refused} refused`);
}
