import OpenAI from 'openai';
import { createRateLimiter } from '../../../src/limiter.ts';
import { postgresStore } from '../../../src/postgres/index.ts';
import { redisStore } from '../../../src/redis/index.ts';
import type { Store } from '../../../src/shared/store.ts';
import { withRateLimit } from '../../../src/with-rate-limit.ts';
import { type Job, type Kept, type Report, SENDER, SENT_AT } from './senders.ts';

/*
 * One process of several that share a limit: sends the calls of each job that it is given, and
 * reports when each one went out. Started by `senders.ts`.
 */
process.on('message', (job: Job) => void work(job).then((report) => process.send?.(report)));
process.send?.('ready');

function opened({ kind, url, ...options }: Kept): Store {
  if (kind === 'redis') return redisStore(url, options);
  const { connectTimeoutMs: _, ...rest } = options;
  return postgresStore(url, rest);
}

async function work({ id, store: kept, limits, upstream, calls }: Job): Promise<Report> {
  const store = opened(kept);
  const limiter = createRateLimiter({ store, limits, enforcement: 'window' });
  let lost = 0;
  limiter.on('storeLost', () => {
    lost += 1;
  });
  const sent: number[] = [];
  const openai = new OpenAI({
    apiKey: 'any',
    baseURL: upstream,
    fetch: (url, init) => {
      const at = performance.timeOrigin + performance.now();
      sent.push(at);
      const headers = new Headers(init?.headers);
      headers.set(SENT_AT, String(at));
      headers.set(SENDER, String(process.pid));
      return fetch(url, { ...init, headers });
    },
  });
  const client = withRateLimit(openai, { limiter });
  const messages = [{ role: 'user' as const, content: 'hi' }];
  const ended = await Promise.allSettled(
    Array.from({ length: calls }, () =>
      client.chat.completions.create({ model: 'gpt-4o', messages }),
    ),
  );
  limiter.close();
  await store.close();
  const failed = ended.flatMap((each) => (each.status === 'rejected' ? [String(each.reason)] : []));
  return { id, sent, failed, lost };
}
