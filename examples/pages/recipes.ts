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

const app = new Hono();
const reviews = ['It broke after a day.', 'I like it.'];
const url = 'redis://127.0.0.1:6379';
const prompt = 'What is a limit?';

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

const openai = withRateLimit(new OpenAI(), { limits: { rpm: 300 } });

// #region batch
const results = openai.rateLimit.map(reviews, (text, { signal }) => ask(openai, text, signal));
for await (const result of results) {
  if ('error' in result) console.error(result.index, result.error);
  else console.log(result.index, result.value);
}
// #endregion batch

// #region tiers
const tiers = { free: { rpm: 5 }, pro: { rpm: 100, weight: 4 } };
const shared = withRateLimit(new OpenAI(), { tiers, maxWaitMs: 2_000 });
app.post('/ask', async (context) => {
  const user = userOf(context.req); // { key: 'ann', tier: 'free' }
  return context.text(await runAs(user, () => ask(shared, 'Why?')));
});
app.onError((error) => (error instanceof RateLimitExceeded ? error.toResponse() : failure(error)));
// #endregion tiers
const asked = Array.from({ length: 6 }, () => app.request('/ask', { method: 'POST' }));
console.log((await Promise.all(asked)).map(({ status }) => status).join(' '));

// #region processes
const everywhere = withRateLimit(new OpenAI(), { store: redisStore(url) });
// #endregion processes
everywhere.rateLimit.close();

// #region framework
const limiter = createRateLimiter();
const provider = createOpenAI({ fetch: limiter.fetch });
const { text } = await generateText({ model: provider('gpt-4o-mini'), prompt, maxRetries: 0 });
// #endregion framework
console.log(text);

// #region budget
const thrifty = withRateLimit(new OpenAI(), { budget: { usdPerDay: 5 } });
await ask(thrifty, 'Why?').catch((error) => {
  if (!(error instanceof BudgetSpent)) throw error;
  console.log(`Nothing was sent. Try again at ${new Date(error.resetAt)}`);
});
// #endregion budget

// #region tests
const clock = createVirtualClock();
const simulator = createSimulator({ limits: { rpm: 60 }, clock });
const tested = withRateLimit(new OpenAI({ apiKey: 'any', fetch: simulator.fetch }), { clock });
await clock.run(Promise.all(Array.from({ length: 200 }, () => ask(tested, 'Why?'))));
console.log(clock.now(), simulator.stats().status429); // minutes have passed at once, without a 429
// #endregion tests
