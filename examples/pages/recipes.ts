import '../support/providers.ts'; // simulated ones, where no API key is set
import { createOpenAI } from '@ai-sdk/openai';
import { generateText } from 'ai';
import { Hono, type HonoRequest } from 'hono';
import {
  BudgetSpent,
  createRateLimiter,
  RateLimitExceeded,
  runAs,
  withRateLimit,
} from 'llm-headroom';
import { redisStore } from 'llm-headroom/redis';
import { createSimulator, createVirtualClock } from 'llm-headroom/testing';
import OpenAI from 'openai';

const reviews = ['It broke after a day.', 'I like it.'];
const app = new Hono();

async function ask(client: OpenAI, content: string, signal?: AbortSignal): Promise<string> {
  const messages = [{ role: 'user' as const, content }];
  const body = { model: 'gpt-4o-mini', max_completion_tokens: 50, messages };
  const completion = await client.chat.completions.create(body, { signal });
  return completion.choices[0]?.message.content ?? '';
}

/** Yours looks into a session. */
function userOf(request: HonoRequest): { key: string; tier: string } {
  return { key: request.header('authorization') ?? 'nobody', tier: 'free' };
}

function failure({ message }: Error): Response {
  return new Response(message, { status: 500 });
}

async function batch() {
  const openai = withRateLimit(new OpenAI(), { limits: { rpm: 300 } });
  // #region batch
  const results = openai.rateLimit.map(reviews, (text, { signal }) => ask(openai, text, signal));
  for await (const result of results) {
    if ('error' in result) console.error(result.index, result.error);
    else console.log(result.index, result.value);
  }
  // #endregion batch
}

async function tiers() {
  // #region tiers
  const tiers = { free: { rpm: 5 }, pro: { rpm: 100, weight: 4 } };
  const openai = withRateLimit(new OpenAI(), { tiers, maxWaitMs: 2_000 });
  // `userOf` returns { key: 'ann', tier: 'free' }, from your own session
  app.post('/ask', (c) => runAs(userOf(c.req), async () => c.text(await ask(openai, 'Why?'))));
  app.onError((e) => (e instanceof RateLimitExceeded ? e.toResponse() : failure(e)));
  // #endregion tiers
  const asked = Array.from({ length: 6 }, () => app.request('/ask', { method: 'POST' }));
  console.log((await Promise.all(asked)).map(({ status }) => status).join(' '));
}

async function processes() {
  const url = 'redis://127.0.0.1:6379';
  // #region processes
  const openai = withRateLimit(new OpenAI(), { store: redisStore(url) });
  // #endregion processes
  openai.rateLimit.close();
}

async function framework() {
  const prompt = 'What is a limit?';
  // #region framework
  const limiter = createRateLimiter();
  const openai = createOpenAI({ fetch: limiter.fetch });
  const { text } = await generateText({ model: openai('gpt-4o-mini'), prompt, maxRetries: 0 });
  // #endregion framework
  console.log(text);
}

async function budget() {
  // #region budget
  const openai = withRateLimit(new OpenAI(), { budget: { usdPerDay: 5 } });
  console.log(openai.rateLimit.spending()); // [{ spentUsd, reservedUsd, limitUsd, resetAt, … }]
  // #endregion budget
}

async function spent() {
  // #region spent
  const openai = withRateLimit(new OpenAI(), { budget: { usdPerDay: 0.0001 } });
  for (let question = 1; ; question++) {
    try {
      await ask(openai, `What is ${question} squared?`);
    } catch (error) {
      if (!(error instanceof BudgetSpent)) throw error;
      console.log(`${question} were too many: go on at ${new Date(error.resetAt).toISOString()}`);
      break;
    }
  }
  // #endregion spent
}

async function tests() {
  // #region tests
  const clock = createVirtualClock();
  const simulator = createSimulator({ limits: { rpm: 60 }, clock });
  const openai = withRateLimit(new OpenAI({ apiKey: 'any', fetch: simulator.fetch }), { clock });
  await clock.run(Promise.all(Array.from({ length: 200 }, () => ask(openai, 'Why?'))));
  console.log(clock.now(), simulator.stats().status429); // minutes have passed at once, no 429
  // #endregion tests
}

for (const recipe of [batch, tiers, processes, framework, budget, spent, tests]) await recipe();
