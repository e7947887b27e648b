/** What throws at run time is refused by the types; what looks like it and works is not. */
import Anthropic from '@anthropic-ai/sdk';
import {
  createRateLimiter,
  type LimitsByModel,
  type OwnLimiterOptions,
  type RateLimitOptions,
  rateLimitedFetch,
  type ShortLimits,
  withRateLimit,
} from 'llm-headroom';
import OpenAI from 'openai';

const limiter = createRateLimiter({ limits: { rpm: 500, tpm: 200_000 } });
const limits = { rpm: 500 };

// No client.
// @ts-expect-error
withRateLimit({});
// @ts-expect-error
withRateLimit(OpenAI);
// @ts-expect-error
withRateLimit('sk-key');
// @ts-expect-error
withRateLimit(new OpenAI().chat);

// A given limiter has its own options.
// @ts-expect-error
withRateLimit(new OpenAI(), { limiter, limits });
// @ts-expect-error
withRateLimit(new OpenAI(), { limiter, headroom: 0.1 });
// @ts-expect-error
rateLimitedFetch({ limiter, limits });

// Misspelled names and values.
// @ts-expect-error
withRateLimit(new OpenAI(), { rpm: 500 });
// @ts-expect-error
withRateLimit(new OpenAI(), { limits: { rpms: 500 } });
// @ts-expect-error
withRateLimit(new OpenAI(), { limits: { rpm: '500' } });
// @ts-expect-error
withRateLimit(new OpenAI(), { limiter, onLimit: 'fail' });
// @ts-expect-error
createRateLimiter({ headroom: 'automatic' });
// @ts-expect-error
createRateLimiter({ enforcement: 'buckets' });
// @ts-expect-error
limiter.on('throtled', () => {});
// @ts-expect-error
limiter.configure({ store: undefined });
// @ts-expect-error
rateLimitedFetch({ estimate: 'provider' });

// Limits of every model beside those of one.
// @ts-expect-error
withRateLimit(new OpenAI(), { limits: { rpm: 5, 'gpt-4o': { rpm: 5 } } });
// @ts-expect-error
createRateLimiter({ limits: { o3: { rpm: 5 }, rpm: 5 } });
// @ts-expect-error
limiter.configure({ limits: { concurrency: 5, '*': { rpm: 5 } } });
// @ts-expect-error
rateLimitedFetch({ limits: { 'gpt-4o': 5 } });
// @ts-expect-error
withRateLimit(new OpenAI(), { limits: { rpm: { rpm: 5 } } });
// @ts-expect-error
createRateLimiter({ limits: { concurrency: { rpm: 5 }, 'gpt-4o': { rpm: 5 } } });
// @ts-expect-error
createRateLimiter({ limits: { 'gpt-4o': { rpm: 5 }, '*': { rpm: '5' } } });

// A planned call by its cost, and by its request.
// @ts-expect-error
limiter.plan([{ cost: { tokens: 5 }, provider: 'openai', path: '/chat/completions', body: {} }]);
// @ts-expect-error
limiter.plan([{ cost: { tokens: 5 }, body: {} }]);
// @ts-expect-error
limiter.plan([{ cost: { tokens: 5 }, accountTier: 'tier 1' }]);

// What works.
const record: Record<string, { rpm: number }> = { o3: { rpm: 5 } };
const short: ShortLimits = { rpm: 5 };
createRateLimiter({ limits: record });
createRateLimiter({ limits: { ...record, '*': short } });
createRateLimiter({ limits: Object.fromEntries(['o3', 'o4'].map((model) => [model, short])) });
const byModel: LimitsByModel = { o3: { rpm: 5 }, '*': short };
createRateLimiter({ limits: byModel });
limiter.plan([{ cost: { tokens: 5 }, model: 'o3' }]);
limiter.plan([{ provider: 'openai', path: '/chat/completions', body: {}, accountTier: 1 }]);
createRateLimiter({ limits: short });
createRateLimiter({ limits: { ...short, tpm: undefined } });
createRateLimiter({ limits: [{ dimension: 'usd', max: 2, windowMs: 3_600_000 }] });
const openai: OpenAI = withRateLimit(new OpenAI(), { limiter, key: 'alice', tier: undefined });
const anthropic: Anthropic = withRateLimit(new Anthropic(), { limits, onLimit: 'reject' });
const given: { limiter: typeof limiter | undefined } = { limiter };
withRateLimit(openai, given);
withRateLimit(anthropic, { limits: { 'claude-': { itpm: 1, otpm: 1 }, '*': { rpm: 5 } } });
rateLimitedFetch({ limiter, retries: false, rejections: 'response' });
rateLimitedFetch({ limits, timeoutMs: 1000 });
export const own = (options: OwnLimiterOptions) => withRateLimit(openai, { ...options, limits });
export const any = (options: RateLimitOptions) => withRateLimit(openai, options);
