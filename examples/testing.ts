import { withRateLimit } from 'llm-headroom';
import { createSimulator, createVirtualClock } from 'llm-headroom/testing';
import OpenAI from 'openai';

// Time stands still until it is told to move: an hour passes at once.
const clock = createVirtualClock();
const simulator = createSimulator({ provider: 'openai', limits: { rpm: 60 }, clock });

const bare = new OpenAI({ apiKey: 'any', fetch: simulator.fetch });
const openai = withRateLimit(bare, { limits: { rpm: 60 }, clock });

const calls = Array.from({ length: 200 }, (_, index) =>
  openai.chat.completions.create({
    model: 'gpt-4o-mini',
    messages: [{ role: 'user', content: `Question ${index}` }],
  }),
);
await clock.run(Promise.all(calls));

const { admitted, status429 } = simulator.stats();
console.log(`${admitted} calls in ${clock.now() / 1000} s, ${status429} answered with 429`);
