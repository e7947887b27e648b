import './support/providers.ts'; // simulated ones, where no API key is set
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { QueueFull, RateLimitExceeded, runAs, withRateLimit } from 'llm-headroom';
import OpenAI from 'openai';

const tiers = {
  free: { rpm: 5, tpm: 2_000, concurrency: 2 },
  plus: { rpm: 20, tpm: 20_000, weight: 2 },
  pro: { rpm: 100, tpm: 50_000, weight: 4, strategy: 'window' },
} as const;

const openai = withRateLimit(new OpenAI(), {
  limits: { rpm: 500, tpm: 200_000, concurrency: 20 },
  tiers,
  maxWaitMs: 2_000, // a call that would wait longer is rejected at once
  maxQueue: 1_000,
});

export const app = new Hono();

app.post('/ask', async (context) => {
  // Here a token is a user's name and tier, 'ann:free'; yours come from your own accounts.
  const token = context.req.header('authorization')?.replace('Bearer ', '');
  const tier = token?.split(':')[1] ?? '';
  if (!Object.hasOwn(tiers, tier)) return context.json({ error: 'unauthorized' }, 401);
  const user = { key: token, tier };

  const messages = [{ role: 'user' as const, content: await context.req.text() }];
  const answer = await runAs(user, () =>
    openai.chat.completions.create({ model: 'gpt-4o-mini', max_tokens: 100, messages }),
  );
  const [scarcest] = await openai.rateLimit.allowance(user);
  if (scarcest !== undefined) {
    context.header('X-RateLimit-Limit', String(scarcest.max));
    context.header('X-RateLimit-Remaining', String(scarcest.remaining));
    context.header('X-RateLimit-Reset', String(Math.ceil(scarcest.resetAt / 1000)));
  }
  return context.json({ answer: answer.choices[0]?.message.content });
});

app.onError((error, context) => {
  if (error instanceof RateLimitExceeded) return error.toResponse();
  if (error instanceof QueueFull) return context.json({ error: 'overloaded' }, 503);
  return context.json({ error: 'internal' }, 500);
});

if (import.meta.main) serve({ fetch: app.fetch, port: 3000 }); // Node 24; else without the condition
