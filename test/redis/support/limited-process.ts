import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRateLimiter } from '../../../src/limiter.ts';
import type { RateLimiterOptions } from '../../../src/options.ts';
import { redisStore } from '../../../src/redis/index.ts';
import type { Job, Sent } from './limited-processes.ts';

const WARM_UP = 50;
const agent = new Agent({ keepAlive: true });

/*
 * One process of several that share a limit: makes its calls at an even pace, and tells of each that
 * was sent. Started by `limited-processes.ts`.
 */
process.once('message', (job: Job) => void work(job));

async function work({
  name,
  redisUrl,
  upstreamUrl,
  prefix,
  calls,
  overMs,
  limits,
}: Job): Promise<void> {
  const store = redisStore(redisUrl, { prefix, leaseMs: 1000 });
  const limiter = createRateLimiter({ store, ...limits } satisfies RateLimiterOptions);
  // What is slow at first isn't what is measured.
  for (let i = 0; i < WARM_UP; i++) {
    const reservation = await limiter.acquire({}, { model: `warm-up of ${name}` });
    await post('text-embedding-3-small');
    reservation.cancel();
  }
  process.send?.('ready');
  await new Promise((resolve) => process.once('message', resolve));
  const begun = performance.now();
  const all: Promise<void>[] = [];
  for (let i = 0; i < calls; i++) {
    const waitMs = begun + (i * overMs) / calls - performance.now();
    if (waitMs > 1) await sleep(waitMs);
    all.push(call());
  }
  await Promise.all(all);
  limiter.close();
  await store.close();
  agent.destroy();
  process.disconnect();

  async function call(): Promise<void> {
    const arrivedAt = performance.timeOrigin + performance.now();
    const reservation = await limiter.acquire({});
    const { status, text } = await post();
    reservation.settle();
    const grantedAt = reservation.admission.grant?.at;
    const sent: Sent = { name, arrivedAt, grantedAt, status, text };
    process.send?.(sent);
  }

  /** `fetch` would cost more than all the rest. */
  async function post(model = 'gpt-4o'): Promise<{ status: number; text: string }> {
    const headers = { authorization: `Bearer ${name}`, 'content-type': 'application/json' };
    const sending = request(`${upstreamUrl}/v1/chat/completions`, {
      method: 'POST',
      headers,
      agent,
    });
    sending.end(JSON.stringify({ model, messages: [{ role: 'user', content: 'hi' }] }));
    const [response]: IncomingMessage[] = await once(sending, 'response');
    const status = response?.statusCode ?? 0;
    const text = response === undefined ? '' : await body(response);
    return { status, text: status === 200 ? '' : text };
  }
}

async function body(response: IncomingMessage): Promise<string> {
  const chunks: string[] = [];
  for await (const chunk of response) chunks.push(String(chunk));
  return chunks.join('');
}
