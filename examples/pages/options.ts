import '../support/providers.ts'; // simulated ones, where no API key is set
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Anthropic from '@anthropic-ai/sdk';
import { createRateLimiter, runAs, withRateLimit } from 'llm-headroom';
import OpenAI from 'openai';

// #region limits
const openai = withRateLimit(new OpenAI(), { limits: { rpm: 500, tpm: 200_000 } });
// #endregion limits

// #region limits-by-model
const byModel = withRateLimit(new OpenAI(), {
  limits: {
    'gpt-4o': { rpm: 500, tpm: 30_000 }, // also gpt-4o-audio and so on, but not gpt-4o-mini
    'gpt-4o-mini': { rpm: 500, tpm: 200_000 },
    '*': { rpm: 60 }, // every other model
  },
});
// #endregion limits-by-model

// #region limits-list
const inFull = withRateLimit(new OpenAI(), {
  limits: [
    { dimension: 'requests', max: 10, windowMs: 1_000 },
    { dimension: 'tokens', max: 1_000_000, windowMs: 3_600_000, model: 'gpt-4o' },
    { dimension: 'usd', max: 2, windowMs: 3_600_000 },
  ],
});
// #endregion limits-list

// #region tier
const claude = withRateLimit(new Anthropic(), { accountTier: 'build' });
// #endregion tier

// #region estimate
const counted = withRateLimit(new OpenAI(), {
  // Your number for the output of classifications; the input is estimated as usual.
  estimate: ({ body }) => (isClassification(body) ? { outputTokens: 3 } : undefined),
});

function isClassification(body: unknown): boolean {
  return JSON.stringify(body).includes('One word.');
}
// #endregion estimate

// #region calibration
const file = join(tmpdir(), 'headroom-calibration.json');
const text = await readFile(file, 'utf8').catch(() => '{}');
const learned = withRateLimit(new OpenAI(), { calibration: JSON.parse(text) });
// … and before the program ends:
await writeFile(file, JSON.stringify(learned.rateLimit.calibration));
// #endregion calibration

// #region limiter
const limiter = createRateLimiter({ limits: { rpm: 500 }, budget: { usdPerDay: 5 } });
const interactive = withRateLimit(new OpenAI(), { limiter, priority: 10, maxWaitMs: 2_000 });
const background = withRateLimit(new OpenAI(), { limiter });
// #endregion limiter

// #region key
const answer = await runAs({ key: 'ann' }, () => ask(background, 'What is a limit?'));
// #endregion key

function ask(client: OpenAI, content: string) {
  const messages = [{ role: 'user' as const, content }];
  return client.chat.completions.create({ model: 'gpt-4o-mini', messages });
}

const clients = { openai, byModel, inFull, claude, counted, learned, interactive };
for (const [name, client] of Object.entries(clients)) {
  await ('chat' in client
    ? client.chat.completions.create({
        model: 'gpt-4o',
        messages: [{ role: 'user', content: 'Positive or negative? One word.' }],
      })
    : client.messages.create({
        model: 'claude-haiku-4-5',
        max_tokens: 20,
        messages: [{ role: 'user', content: 'Hello' }],
      }));
  const limits = client.rateLimit
    .snapshot()
    .flatMap((lane) => lane.limits.map(({ dimension, max }) => `${dimension} ${max}`));
  console.log(`${name}: ${limits.join(', ')}`);
}
console.log(answer.choices[0]?.message.content);
