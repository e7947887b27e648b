import OpenAI from 'openai';
import { expect, it } from 'vitest';
import { createRateLimiter } from '../../src/limiter.ts';
import { redisStore } from '../../src/redis/index.ts';
import { createVirtualClock } from '../../src/testing/index.ts';
import { withRateLimit } from '../../src/with-rate-limit.ts';
import { describeRedis } from './support/describe-redis.ts';
import { holdForDigests, VirtualClient } from './support/virtual-client.ts';

const ANSWER = { object: 'chat.completion', choices: [] };

describeRedis('a store that is emptied while calls are under way', (server) => {
  it('takes no answer to a call from before for room that came since', async () => {
    const clock = createVirtualClock({ start: 1_700_000_000_000 });
    const start = clock.now();
    const restore = holdForDigests(clock);
    const redis = await VirtualClient.of(server(), clock);
    const prefix = `test-${crypto.randomUUID()}`;
    const store = redisStore(redis, { prefix, clock });
    const limits = { tpm: 6000 };
    const limiter = createRateLimiter({ clock, store, limits, headroom: 0, enforcement: 'bucket' });
    const lines: string[] = [];
    const ask = async (
      name: string,
      { tokens, flightMs = 500, left = 0 }: { tokens: number; flightMs?: number; left?: number },
    ): Promise<void> => {
      const fetch = async (): Promise<Response> => {
        lines.push(`${clock.now() - start} ${name}`);
        await new Promise<void>((resolve) => clock.setTimeout(resolve, flightMs));
        return Response.json(ANSWER, {
          headers: {
            'x-ratelimit-limit-tokens': '6000',
            'x-ratelimit-remaining-tokens': `${left}`,
          },
        });
      };
      const client = withRateLimit(new OpenAI({ apiKey: 'key', fetch, maxRetries: 0 }), {
        limiter,
        estimate: () => ({ inputTokens: tokens, outputTokens: 0 }),
      });
      await client.chat.completions.create({ model: 'gpt-4o', messages: [], max_tokens: 0 });
    };
    const before = ask('before', { tokens: 2000, flightMs: 10_000 });
    await clock.advance(1000);
    const keys = await server().command('KEYS', `{${prefix}}:*`);
    await server().command('DEL', ...(Array.isArray(keys) ? keys.map(String) : []));
    await clock.run(ask('after', { tokens: 100, left: 5900 }));
    await clock.run(ask('later', { tokens: 100, left: 0 }));
    await clock.run(before);
    await clock.run(ask('large', { tokens: 1000 }));
    const [large = '', ...rest] = lines.reverse();
    expect(rest.reverse()).toEqual(['0 before', '1000 after', '1500 later']);
    // Nothing was left as `later` was sent, and a hundred flow in each second.
    expect(large).toMatch(/ large$/);
    expect(Number.parseFloat(large)).toBeGreaterThan(11_000);
    limiter.close();
    await clock.run(store.close());
    redis.destroy();
    restore();
  });
});
