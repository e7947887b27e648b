import { inspect } from 'node:util';
import fc from 'fast-check';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import {
  BudgetSpent,
  CallTooLarge,
  HeadroomError,
  QueueFull,
  StoreUnavailable,
} from '../src/errors.ts';
import { createRateLimiter, type RateLimiter } from '../src/limiter.ts';
import { RateLimitExceeded } from '../src/rate-limit-exceeded.ts';
import { createVirtualClock } from '../src/testing/index.ts';
import { withRateLimit } from '../src/with-rate-limit.ts';

/** The names of options, as they would be in a sentence. */
const OPTION =
  /maxWaitMs|maxPauseMs|maxQueue|onLimit|onStoreLost|burstSeconds|perKey|usdPerDay|`\w+`/;

type Options = Parameters<typeof createRateLimiter>[0];
type Asked = Parameters<RateLimiter['acquire']>[1];

/** Ways to be rejected: options of the limiter, of the first call and of the second. */
const WAYS: Record<string, [Options, Asked, 'call' | 'cost']> = {
  'too long for its tier': [{ tiers: { t: { rpm: 1 } } }, { tier: 't', maxWaitMs: 0 }, 'call'],
  'longer than it may': [{ limits: { rpm: 1 } }, { maxWaitMs: 500 }, 'call'],
  'queue full': [{ limits: { rpm: 1 }, maxQueue: 0 }, {}, 'call'],
  'too large': [{ limits: { tpm: 10 } }, {}, 'cost'],
  'budget per key': [{ budget: { usdPerDay: 1e-7, perKey: true } }, {}, 'call'],
  'no price': [{ budget: { usdPerDay: 1 }, limits: { rpm: 1 } }, {}, 'call'],
  'pause too long': [{ maxPauseMs: 10 }, {}, 'call'],
};

describe('what is written of an error', () => {
  const secret = fc.stringMatching(/^[A-Za-z0-9]{12,24}$/);

  it.each(Object.entries(WAYS))(
    '%s: repeats no key, API key, prompt or name of an option',
    async (way, [options, asked, kind]) => {
      await fc.assert(
        fc.asyncProperty(secret, secret, secret, async (key, apiKey, prompt) => {
          fc.pre(new Set([key, apiKey, prompt]).size === 3);
          const clock = createVirtualClock();
          const limiter = createRateLimiter({ ...options, clock });
          const fetch = async () =>
            Response.json({
              choices: [],
              usage: { prompt_tokens: 9, completion_tokens: 9, total_tokens: 18 },
            });
          const { tier, maxWaitMs } = asked ?? {};
          const client = withRateLimit(new OpenAI({ apiKey, fetch }), {
            limiter,
            key,
            tier,
            maxWaitMs,
          });
          const model = way === 'no price' ? 'in-house' : 'gpt-4o';
          const content = kind === 'cost' ? `${prompt} hello`.repeat(50) : prompt;
          const ask = () =>
            client.chat.completions.create({ model, messages: [{ role: 'user', content }] });
          const caught: unknown[] = [];
          for (let call = 0; call < 3; call++) {
            if (way === 'pause too long' && call === 1) limiter.pause({ forMs: 60_000 });
            await clock.run(
              ask().then(
                () => {},
                (error) => caught.push(error),
              ),
            );
          }
          limiter.close();
          await clock.run(ask().catch((error) => caught.push(error)));
          expect(caught.length).toBeGreaterThanOrEqual(2);
          for (const error of caught) {
            if (!(error instanceof HeadroomError)) throw error;
            const response = error instanceof RateLimitExceeded ? error.toResponse() : undefined;
            const text = await response?.text();
            const headers = JSON.stringify([...(response?.headers ?? [])]);
            const told = [error.message, String(error), JSON.stringify(error), text, headers];
            expect(told.join('\n')).not.toMatch(OPTION);
            const all = [...told, inspect(error, { depth: 12 }), error.stack].join('\n');
            for (const each of [key, apiKey, prompt]) expect(all).not.toContain(each);
          }
        }),
        { numRuns: 5 },
      );
    },
  );

  it('is a code and a message in JSON; all else is in fields', () => {
    const key = 'alice';
    const spent = new BudgetSpent({
      model: 'm',
      spentUsd: 1,
      reservedUsd: 0,
      limitUsd: 1,
      costUsd: 1,
      resetAt: 0,
      key,
    });
    expect(spent.key).toBe('alice');
    expect(Object.keys(spent)).not.toContain('key');
    const errors: [HeadroomError, string][] = [
      [spent, 'budget_spent'],
      [new QueueFull({ model: 'm', maxQueue: 3 }), 'queue_full'],
      [
        new CallTooLarge({
          model: 'm',
          cost: { tokens: 9 },
          limit: { dimension: 'tokens', max: 3, windowMs: 1000 },
        }),
        'call_too_large',
      ],
    ];
    for (const [error, code] of errors) {
      expect(JSON.parse(JSON.stringify(error))).toEqual({ error: code, message: error.message });
    }
    const lost = new StoreUnavailable('Gone', undefined, 'name a password');
    expect([lost.message, JSON.stringify(lost)]).toEqual([
      'Gone: name a password',
      '{"error":"store_unavailable","message":"Gone"}',
    ]);
  });
});
