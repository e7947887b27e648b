import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRateLimiter } from '../../../src/limiter.ts';
import type { RateLimiterOptions } from '../../../src/options.ts';
import { redisStore } from '../../../src/redis/index.ts';
import { watchLateSpells } from './late-spells.ts';
import { type Job, type Sent, WARM_UP } from './limited-processes.ts';

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
  const unwatch = watchLateSpells((late) => process.send?.({ late }));
  const begun = performance.now();
  const all: Promise<void>[] = [];
  for (let i = 0; i < calls; i++) {
    const waitMs = begun + (i * overMs) / calls - performance.now();
    if (waitMs > 1) await sleep(waitMs);
    all.push(call());
  }
  await Promise.all(all);
  unwatch();
  limiter.close();
  await store.close();
  agent.destroy();
  process.disconnect();

  async function call(): Promise<void> {
    const arrivedAt = performance.timeOrigin + performance.now();
    const reservation = await limiter.acquire({});
    const heardAt = performance.timeOrigin + performance.now();
    const { status, text } = await post();
    reservation.settle();
    const grantedAt = reservation.admission.call.at;
    await told({ name, arrivedAt, grantedAt, heardAt, status, text });
  }

  /** What is still on its way to the parent is lost when this process disconnects. */
  function told(sent: Sent): Promise<void> {
    return new Promise((resolve) => process.send?.({ sent }, () => resolve()));
  }

  /** A server that closes a connection which was idle may do so as it is used again. */
  async function post(model = 'gpt-4o'): Promise<{ status: number; text: string }> {
    for (;;) {
      const answer = await sentOnce(model);
      if (answer !== 'reset') return answer;
    }
  }

  /** `fetch` would cost more than all the rest. */
  async function sentOnce(model: string): Promise<{ status: number; text: string } | 'reset'> {
    const headers = { authorization: `Bearer ${name}`, 'content-type': 'application/json' };
    const sending = request(`${upstreamUrl}/v1/chat/completions`, {
      method: 'POST',
      headers,
      agent,
    });
    sending.end(JSON.stringify({ model, messages: [{ role: 'user', content: 'hi' }] }));
    const responding: Promise<IncomingMessage[]> = once(sending, 'response');
    const [response] = await responding.catch((error: unknown) => {
      if (!sending.reusedSocket) throw error;
      return ['reset' as const];
    });
    if (response === 'reset') return response;
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
