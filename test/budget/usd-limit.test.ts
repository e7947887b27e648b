import { describe, expect, it } from 'vitest';
import { CallTooLarge } from '../../src/errors.ts';
import type { RateLimiterOptions } from '../../src/options.ts';
import { outcome, simulated, underWay } from '../sdk/bench.ts';
import { sdks } from '../sdk/sdks.ts';

const MINUTE = 60_000;
/** A call may cost $0.0008: 8 tokens of output, and input is free. It costs $0.0005 in the end. */
const PRICES = { '*': { input: 0, output: 100 } };
const MOST = 0.0008;
const REPLY = { latency: 1000, reply: () => ({ text: 'hi', outputTokens: 5 }) };

function limitedTo(max: number, windowMs = MINUTE): RateLimiterOptions {
  return { limits: [{ dimension: 'usd', max, windowMs }], prices: PRICES };
}

describe.each(sdks)('$name: a limit in dollars', (sdk) => {
  it('lets calls wait until they can be paid, and says so', async () => {
    const { clock, client, limiter, simulator } = simulated(sdk, REPLY, {
      limiter: limitedTo(2.5 * MOST),
    });
    await clock.run(sdk.ask(client));
    const told: unknown[] = [];
    limiter.on('throttled', ({ reason, limitOf }) => told.push([reason, limitOf]));
    const ends = [sdk.ask(client), sdk.ask(client)].map(async (call) => {
      await call;
      return clock.now();
    });
    // $0.0005 are spent, so there is room for one call more; its end gives back what the next needs.
    expect(await clock.run(Promise.all(ends))).toEqual([2000, 3000]);
    expect(told).toEqual([['usd', 'lane']]);
    expect(simulator.stats().requests).toBe(3);
    expect(underWay(limiter)).toEqual({ inFlight: 0, queued: 0 });
    // The fourth has to wait until the first is a minute old.
    await clock.run(sdk.ask(client));
    expect(clock.now()).toBeGreaterThan(MINUTE);
  });

  it('may be used to the full, and rejects what alone exceeds it', async () => {
    const { clock, client } = simulated(sdk, REPLY, { limiter: limitedTo(MOST) });
    await clock.run(sdk.ask(client));
    const small = simulated(sdk, REPLY, { limiter: limitedTo(0.9 * MOST) });
    const [, error] = await small.clock.run(outcome(sdk.ask(small.client)));
    expect(error).toBeInstanceOf(CallTooLarge);
    expect(error).toMatchObject({ dimension: 'usd', limit: 0.9 * MOST });
    expect(small.simulator.stats().requests).toBe(0);
  });

  it('leaves the limits of the provider to be learned', async () => {
    const limits = { rpm: 600 };
    const { clock, client, limiter } = simulated(
      sdk,
      { ...REPLY, limits },
      {
        limiter: limitedTo(1),
      },
    );
    await clock.run(sdk.ask(client));
    const [lane] = limiter.snapshot();
    const sources = lane?.limits.map(({ dimension, source }) => [dimension, source]);
    expect(sources).toContainEqual(['usd', 'given']);
    expect(sources).toContainEqual(['requests', 'headers']);
  });

  it('is foreseen by a plan', async () => {
    const { limiter } = simulated(sdk, REPLY, { limiter: limitedTo(10 * MOST) });
    const body = { model: 'm', max_tokens: 8, messages: [{ role: 'user', content: 'Hi' }] };
    const [provider, path] =
      sdk.provider === 'anthropic'
        ? ['anthropic', '/v1/messages']
        : ['openai', '/chat/completions'];
    const call = { provider, path, body, host: 'unknown.test' };
    const { lanes } = await limiter.plan(Array.from({ length: 20 }, () => call));
    expect(lanes).toMatchObject([{ calls: 20, binding: 'usd' }]);
  });
});

/** Azure's calls name a deployment in their path. */
const naming = sdks.filter(({ name }) => !name.endsWith('Azure'));

describe.each(naming)('$name: a limit in dollars', (sdk) => {
  it('needs a price', async () => {
    const bench = simulated(sdk, REPLY, { limiter: { ...limitedTo(1), prices: {} } });
    const [how, error] = await bench.clock.run(
      outcome(sdk.ask(bench.client, {}, { model: 'new' })),
    );
    expect([how, error]).toMatchObject(['failed', { code: 'price_unknown' }]);
    expect(bench.simulator.stats().requests).toBe(0);
  });
});
