import './support/providers.ts'; // simulated ones, where no API key is set
import { createRateLimiter, runAs, withRateLimit } from 'llm-headroom';
import { redisStore } from 'llm-headroom/redis';
import OpenAI from 'openai';

// Start it several times, on several machines: processes with the same Redis share the limits.
const url = process.env.REDIS_URL;
const store = url === undefined ? undefined : redisStore(url);
console.log(store ? 'Limits are kept in Redis' : 'No REDIS_URL is set: limits are kept in memory');

const limiter = createRateLimiter({
  limits: { rpm: 300, tpm: 200_000 },
  tiers: { free: { rpm: 60 }, pro: { rpm: 240, weight: 4 } },
  store,
});
limiter.on('storeLost', () => {
  console.error('Redis is gone: we go on with our share of the limits');
});
limiter.on('storeBack', () => console.error('Redis is back'));

const openai = withRateLimit(new OpenAI(), { limiter });

async function ask(key: string, tier: 'free' | 'pro', city: string): Promise<string> {
  const content = `What is ${city} known for? One sentence.`;
  const request = { model: 'gpt-4o-mini', max_completion_tokens: 50 };
  const answer = await runAs({ key, tier }, () =>
    openai.chat.completions.create({ ...request, messages: [{ role: 'user', content }] }),
  );
  return `${key}: ${city}: ${answer.choices[0]?.message.content}`;
}

const cities = ['Lima', 'Oslo', 'Accra', 'Hanoi'];
const answers = cities.flatMap((city) => [ask('ann', 'free', city), ask('bob', 'pro', city)]);
console.log((await Promise.all(answers)).join('\n'));

limiter.close();
await store?.close();
