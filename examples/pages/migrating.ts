import '../support/providers.ts'; // simulated ones, where no API key is set
import { setTimeout as sleep } from 'node:timers/promises';
import { ChatOpenAI } from '@langchain/openai';
import Bottleneck from 'bottleneck';
import { createRateLimiter, rateLimitedFetch, runAs, withRateLimit } from 'llm-headroom';
import OpenAI, { RateLimitError } from 'openai';
import pLimit from 'p-limit';
import PQueue from 'p-queue';
import pThrottle from 'p-throttle';

const bare = new OpenAI();
const questions = ['What is a limit?', 'What is a rate?', 'What is a window?'];

async function ask(client: OpenAI, content: string): Promise<string> {
  const completion = await client.chat.completions.create({
    model: 'gpt-4o-mini',
    max_completion_tokens: 50,
    messages: [{ role: 'user', content }],
  });
  return completion.choices[0]?.message.content ?? '';
}

async function pQueueBefore() {
  // #region p-queue
  const queue = new PQueue({ interval: 60_000, intervalCap: 300, concurrency: 20 });
  const answers = questions.map((question) => queue.add(() => ask(bare, question)));
  await queue.onIdle();
  return Promise.all(answers);
  // #endregion p-queue
}

async function pQueueAfter() {
  // #region p-queue-after
  const openai = withRateLimit(bare, { limits: { rpm: 300, tpm: 200_000 }, concurrency: 20 });
  const answers = questions.map((question) => ask(openai, question));
  await openai.rateLimit.drain();
  return Promise.all(answers);
  // #endregion p-queue-after
}

function pLimitBefore() {
  // #region p-limit
  const limit = pLimit(20);
  return Promise.all(questions.map((question) => limit(() => ask(bare, question))));
  // #endregion p-limit
}

function pLimitAfter() {
  // #region p-limit-after
  const openai = withRateLimit(bare, { concurrency: 20 });
  return Promise.all(questions.map((question) => ask(openai, question)));
  // #endregion p-limit-after
}

function bottleneckBefore() {
  // #region bottleneck
  const limiter = new Bottleneck({
    reservoir: 300,
    reservoirRefreshAmount: 300,
    reservoirRefreshInterval: 60_000,
    maxConcurrent: 20,
    highWater: 1_000,
  });
  const users = new Bottleneck.Group({ maxConcurrent: 2 });
  users.on('created', (user) => user.chain(limiter));
  return Promise.all(
    questions.map((question) => users.key('ann').schedule(() => ask(bare, question))),
  );
  // #endregion bottleneck
}

function bottleneckAfter() {
  // #region bottleneck-after
  const openai = withRateLimit(bare, {
    limits: { rpm: 300, tpm: 200_000 },
    concurrency: 20,
    maxQueue: 1_000,
    tiers: { user: { concurrency: 2 } },
  });
  return runAs({ key: 'ann', tier: 'user' }, () =>
    Promise.all(questions.map((question) => ask(openai, question))),
  );
  // #endregion bottleneck-after
}

function pThrottleBefore() {
  // #region p-throttle
  const throttle = pThrottle({
    limit: 200_000,
    interval: 60_000,
    weight: (tokens: number) => tokens,
  });
  const throttled = throttle((_tokens: number, question: string) => ask(bare, question));
  return Promise.all(questions.map((question) => throttled(question.length / 4 + 50, question)));
  // #endregion p-throttle
}

function pThrottleAfter() {
  // #region p-throttle-after
  const openai = withRateLimit(bare, { limits: { tpm: 200_000 }, enforcement: 'window' });
  return Promise.all(questions.map((question) => ask(openai, question)));
  // #endregion p-throttle-after
}

async function sleepBefore() {
  // #region sleep
  const answers: string[] = [];
  for (const question of questions) {
    for (let attempt = 1; ; attempt++) {
      try {
        answers.push(await ask(bare, question));
        break;
      } catch (error) {
        if (!(error instanceof RateLimitError) || attempt === 5) throw error;
        await sleep(1_000 * 2 ** attempt);
      }
    }
    await sleep(200); // 300 a minute
  }
  return answers;
  // #endregion sleep
}

function sleepAfter() {
  // #region sleep-after
  const openai = withRateLimit(bare, { limits: { rpm: 300 } });
  return Promise.all(questions.map((question) => ask(openai, question)));
  // #endregion sleep-after
}

async function langchainBefore() {
  // #region langchain
  const model = new ChatOpenAI({ model: 'gpt-4o-mini', maxConcurrency: 5, maxRetries: 6 });
  return model.batch(questions);
  // #endregion langchain
}

async function langchainAfter() {
  // #region langchain-after
  const fetch = rateLimitedFetch({ limits: { rpm: 300 }, rejections: 'response' });
  const model = new ChatOpenAI({ model: 'gpt-4o-mini', configuration: { fetch } });
  return model.batch(questions);
  // #endregion langchain-after
}

async function litellmAfter() {
  // #region litellm-after
  const limiter = createRateLimiter({
    limits: { 'gpt-4o-mini': { rpm: 900, tpm: 90_000 } },
    tiers: { team: { rpm: 100, tpm: 10_000, usdPerDay: 2 } },
  });
  const openai = withRateLimit(bare, { limiter });
  return runAs({ key: 'team-a', tier: 'team' }, () => ask(openai, 'What is a router?'));
  // #endregion litellm-after
}

const all = {
  ...{ pQueueBefore, pQueueAfter, pLimitBefore, pLimitAfter, bottleneckBefore, bottleneckAfter },
  ...{ pThrottleBefore, pThrottleAfter, sleepBefore, sleepAfter },
  ...{ langchainBefore, langchainAfter, litellmAfter },
};
for (const [name, run] of Object.entries(all))
  console.log(`${name}: ${[await run()].flat().length}`);
