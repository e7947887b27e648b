import OpenAI from 'openai';
import { expect, it } from 'vitest';
import { createRateLimiter, type RateLimiter } from '../../src/limiter.ts';
import { createVirtualClock, type VirtualClock } from '../../src/testing/index.ts';
import { withRateLimit } from '../../src/with-rate-limit.ts';
import { json, refused, scripted } from './bench.ts';

const CALL = { model: 'gpt-4o', messages: [{ role: 'user' as const, content: 'Say hi' }] };

const ANSWER = {
  ...{ id: 'c', object: 'chat.completion', created: 0, model: 'gpt-4o', choices: [] },
  usage: { prompt_tokens: 10, completion_tokens: 1, total_tokens: 11 },
};

/** A client whose code for calls has yet to be loaded, and a server that answers so. */
function fresh(options = {}, answers = [json(ANSWER)]) {
  const clock: VirtualClock = createVirtualClock();
  const limiter: RateLimiter = createRateLimiter({ clock, ...options });
  const { fetch, seen } = scripted(clock, ...answers);
  const client = withRateLimit(new OpenAI({ apiKey: 'k', fetch }), { limiter });
  return { clock, limiter, client, seen };
}

it('calls that are made before the code for them is there keep their order, and take no time', async () => {
  const { clock, client, seen } = fresh();
  const names = Array.from({ length: 20 }, (_, i) => `user ${i}`);
  await clock.run(
    Promise.all(names.map((user) => client.chat.completions.create({ ...CALL, user }))),
  );
  expect(seen.map(({ body }) => (body as { user: string }).user)).toEqual(names);
  expect(seen[0]?.at).toBe(0);
});

it('`drain` waits for a call whose code has yet to be loaded', async () => {
  const { clock, limiter, client, seen } = fresh();
  const call = client.chat.completions.create(CALL).then(() => 'answered');
  const sent = limiter.drain().then(() => seen.length);
  expect(await clock.run(sent)).toBe(1);
  expect(limiter.snapshot().map(({ totals }) => totals.calls)).toEqual([1]);
  expect(await clock.run(call)).toBe('answered');
});

it('a call is rejected where the limiter is closed before the code is there', async () => {
  const { clock, limiter, client, seen } = fresh();
  const call = client.chat.completions.create(CALL);
  limiter.close();
  await expect(clock.run(call)).rejects.toMatchObject({ code: 'closed' });
  expect(seen).toEqual([]);
});

it('a call that is given up meanwhile is not sent', async () => {
  const { clock, limiter, client, seen } = fresh();
  const controller = new AbortController();
  const call = client.chat.completions.create(CALL, { signal: controller.signal });
  controller.abort();
  await expect(clock.run(call)).rejects.toMatchObject({ message: 'Request was aborted.' });
  await clock.run(limiter.drain());
  expect(seen).toEqual([]);
  expect(limiter.snapshot().every(({ inFlight, queued }) => inFlight + queued === 0)).toBe(true);
});

it('limits that the first response shows count, and the first refusal pauses the lane', async () => {
  const shown = { 'x-ratelimit-limit-requests': '60', 'x-ratelimit-remaining-requests': '59' };
  const { clock, limiter, client, seen } = fresh({}, [
    json(ANSWER, { headers: shown }),
    refused({ 'retry-after': '7' }),
    json(ANSWER),
  ]);
  const paused: string[] = [];
  limiter.on('paused', ({ cause, until }) => paused.push(`${clock.now()} ${cause} ${until}`));
  await clock.run(client.chat.completions.create(CALL));
  const [requests] = limiter.snapshot()[0]?.limits ?? [];
  expect(requests).toMatchObject({ dimension: 'requests', max: 60, source: 'headers' });
  await clock.run(client.chat.completions.create(CALL));
  const [, second, third] = seen;
  const until = (second?.at ?? 0) + 7000;
  expect(paused).toEqual([`${second?.at} rate ${until}`]);
  expect(third?.at).toBe(until);
  await clock.run(limiter.drain());
});
