import { describe, expect, it } from 'vitest';
import type { RateLimiterEvents } from '../../src/events.ts';
import { json, refused } from './bench.ts';
import { LATENCY, setUp } from './hosts.ts';
import { sdks } from './sdks.ts';

/** Events that tell of one call. */
const OF_CALLS = ['throttled', 'admitted', 'usage', 'rejected'] as const;

describe.each(sdks)('$name: the events of a call', (sdk) => {
  it('have one name for all its attempts, and another one than other calls have', async () => {
    const answers = [refused({ 'retry-after': '2' }), json(sdk.answer), json(sdk.answer)];
    const { client, clock, limiter } = setUp(sdk, () => answers.shift()!(), {
      limits: { rpm: 600 },
      prices: { '*': { input: 1, output: 1 } },
    });
    const told: { name: string; callId: string; attempt?: number }[] = [];
    for (const name of OF_CALLS) {
      limiter.on(name, (event: Parameters<RateLimiterEvents[typeof name]>[0]) => {
        told.push({ name, ...event });
      });
    }
    await clock.run(sdk.ask(client));
    const [first] = told;
    expect(told.map(({ name, attempt, callId }) => [name, attempt, callId])).toEqual([
      ['admitted', 1, first?.callId],
      ['throttled', 2, first?.callId],
      ['admitted', 2, first?.callId],
      ['usage', undefined, first?.callId],
    ]);
    expect(told[2]).toMatchObject({ waitedMs: LATENCY + 2000 });
    const { input_tokens, output_tokens, prompt_tokens, completion_tokens } = Object(
      Object(sdk.answer).usage,
    );
    const tokens = (input_tokens ?? prompt_tokens) + (output_tokens ?? completion_tokens);
    expect(told[3]).toMatchObject({ usd: tokens / 1e6, status: 200, latencyMs: LATENCY });
    await clock.run(sdk.ask(client));
    expect(told.at(-1)?.callId).not.toBe(first?.callId);
  });
});

it('a call by hand has one, too, and its reservation knows it', async () => {
  const { limiter } = setUp(sdks[0]!, json({}), { limits: { rpm: 600 } });
  const told: string[] = [];
  limiter.on('admitted', ({ callId, waitedMs }) => told.push(`${callId} ${waitedMs}`));
  const reservation = await limiter.acquire({});
  expect(told).toEqual([`${reservation.callId} 0`]);
  reservation.cancel();
});
