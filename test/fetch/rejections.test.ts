import { describe, expect, it } from 'vitest';
import { BudgetSpent, CallTooLarge, QueueFull } from '../../src/errors.ts';
import { createRateLimiter } from '../../src/limiter.ts';
import type { RateLimiterOptions } from '../../src/options.ts';
import { RateLimitExceeded } from '../../src/rate-limit-exceeded.ts';
import { rateLimitedFetch } from '../../src/rate-limited-fetch.ts';
import { outcome } from '../sdk/bench.ts';
import { CHAT_URL, chat, simulatedFetch } from './bench.ts';

type Rejection = [
  name: string,
  limiter: RateLimiterOptions,
  extra: object,
  wanted: { error: abstract new (...args: never[]) => Error; status: number; retryAfter: unknown },
];

const REJECTIONS: readonly Rejection[] = [
  [
    'never fits',
    { limits: { tpm: 50 } },
    {},
    { error: CallTooLarge, status: 413, retryAfter: null },
  ],
  [
    'would wait too long',
    { limits: { rpm: 2 }, headroom: 0 },
    {},
    { error: RateLimitExceeded, status: 429, retryAfter: expect.stringMatching(/^\d+$/) },
  ],
  [
    'finds a full queue',
    { limits: { rpm: 2 }, headroom: 0, maxQueue: 0 },
    {},
    { error: QueueFull, status: 429, retryAfter: null },
  ],
  [
    'has no budget left',
    { budget: { usdPerDay: 0.000_001 } },
    {},
    { error: BudgetSpent, status: 402, retryAfter: null },
  ],
];

describe.each(REJECTIONS)('a call that %s', (name, limiterOptions, extra, wanted) => {
  const maxWaitMs = name === 'would wait too long' ? 10 : undefined;
  const large = chat({ max_tokens: 100, ...extra });

  async function last(rejections: 'error' | 'response'): Promise<[string, unknown]> {
    const made = simulatedFetch({}, limiterOptions, { rejections, maxWaitMs });
    const { clock, fetch } = made;
    let ended: [string, unknown] = ['ok', undefined];
    for (let calls = 0; calls < 5; calls++) {
      ended = await clock.run(outcome(fetch(CHAT_URL, large)));
      const [, response] = ended;
      if (!(response instanceof Response) || !response.ok) break;
      await clock.run(response.text());
    }
    return ended;
  }

  it('is rejected with the error', async () => {
    const [how, error] = await last('error');
    expect(how).toBe('failed');
    expect(error).toBeInstanceOf(wanted.error);
  });

  it('is answered with a response that SDKs don’t repeat, if that is asked for', async () => {
    const [how, response] = await last('response');
    if (!(response instanceof Response)) throw new Error(how, { cause: response });
    expect(response.status).toBe(wanted.status);
    expect(response.headers.get('x-should-retry')).toBe('false');
    expect(response.headers.get('retry-after')).toEqual(wanted.retryAfter);
    expect(await response.json()).toEqual({
      type: 'error',
      error: {
        type: expect.any(String),
        code: expect.any(String),
        message: expect.stringMatching(/call/i),
        param: null,
      },
    });
  });
});

describe('options of a limited fetch', () => {
  it.each([
    [{ fetch: 3 }, '`fetch`'],
    [{ retries: 2 }, '`retries`'],
    [{ timeoutMs: 0 }, '`timeoutMs`'],
    [{ rejections: 'throw' }, '`rejections`'],
    [{ estimate: 'provider' }, '`estimate`'],
    [{ tier: 'nonsense' }, '`tier`'],
    [{ limiter: createRateLimiter(), limits: { rpm: 1 } }, '`limits`'],
    [{ rpm: 1 }, '`rpm`'],
  ])('are checked: %j', (options, told) => {
    expect(() => rateLimitedFetch(options as never)).toThrow(told);
  });

  it('make a limiter, or take one', () => {
    const limiter = createRateLimiter();
    expect(rateLimitedFetch({ limiter }).rateLimit).toBe(limiter);
    expect(rateLimitedFetch({ limits: { rpm: 5 }, tier: 'tier 1' }).rateLimit.snapshot()).toEqual(
      [],
    );
  });
});
