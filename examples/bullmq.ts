import './support/providers.ts'; // simulated ones, where no API key is set
import { DelayedError, type Job, Queue, Worker } from 'bullmq';
import { RateLimitExceeded, withRateLimit } from 'llm-headroom';
import { redisStore } from 'llm-headroom/redis';
import OpenAI from 'openai';

const url = process.env.REDIS_URL ?? 'redis://127.0.0.1:6379';
const connection = { url, maxRetriesPerRequest: null };

// Workers of all processes share the limits, and none waits for long with a job in its hands. Some
// seconds are better than none: a job that is sent back asks for its turn again.
const store = redisStore(url);
const openai = withRateLimit(new OpenAI(), {
  limits: { rpm: 300, tpm: 1_500 },
  maxWaitMs: 3_000,
  store,
});

const queue = new Queue<{ text: string }, string | null>('summaries', { connection });

// There is no room for the job, by its tokens: it comes back when there is, as no failed attempt. All
// that find no room at one time are told the same wait, so each comes after those that were sent back
// before it: half of a wait apart, since one that is too early waits again, but one that is too late
// leaves the limit unused.
let leaving = 0;
async function sendBack(job: Job, error: RateLimitExceeded, token?: string): Promise<void> {
  const ahead = leaving++ + (await queue.getDelayedCount());
  const waitMs = Math.round(error.waitMs * (1 + ahead / 2));
  console.log(`${job.name}: back in ${waitMs} ms (${error.reason})`);
  await job.moveToDelayed(Date.now() + waitMs, token).finally(() => leaving--);
}

const worker = new Worker<{ text: string }, string | null>(
  'summaries',
  async (job, token) => {
    try {
      const answer = await openai.chat.completions.create({
        model: 'gpt-4o-mini',
        max_completion_tokens: 12,
        messages: [{ role: 'user', content: `Summarize: ${job.data.text}` }],
      });
      return answer.choices[0]?.message.content ?? null;
    } catch (error) {
      if (!(error instanceof RateLimitExceeded)) throw error;
      await sendBack(job, error, token);
      throw new DelayedError();
    }
  },
  { connection, concurrency: 10 },
);

const texts = Array.from({ length: 20 }, (_, i) => `Text ${i + 1} ${'of many words '.repeat(20)}`);
let done = 0;
const all = new Promise<void>((resolve, reject) => {
  worker.on('completed', () => ++done === texts.length && resolve());
  worker.on('failed', (_job, error) => reject(error));
});
await queue.addBulk(texts.map((text, i) => ({ name: `text ${i + 1}`, data: { text } })));
await all;
const { totals } = openai.rateLimit.snapshot()[0] ?? {};
console.log(`${done} summaries, ${totals?.refused} calls refused by the provider`);

await worker.close();
await queue.obliterate();
await queue.close();
openai.rateLimit.close();
await store.close();
