import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { createRateLimiter, type LimitsEvent, withRateLimit } from '../src/index.ts';
import { rateLimitedFetch } from '../src/rate-limited-fetch.ts';
import { createSimulator, createVirtualClock } from '../src/testing/index.ts';

const clock = createVirtualClock();
const MESSAGES = [{ role: 'user' as const, content: 'Hello' }];

/** The limits of the first lane that a call opens. */
async function limitsOf(
  tier: string | number | undefined,
  model: string,
): Promise<LimitsEvent['limits']> {
  const simulator = createSimulator({ clock, faults: ['missing-headers'] });
  const bare = new OpenAI({ apiKey: 'any', fetch: simulator.fetch });
  const openai = withRateLimit(bare, { clock, tier });
  const events: LimitsEvent[] = [];
  openai.rateLimit.on('limits', (event) => events.push(event));
  await clock.run(openai.chat.completions.create({ model, messages: MESSAGES }));
  return events[0]?.limits ?? [];
}

describe('a tier', () => {
  it('is what the published limits are chosen by', async () => {
    const perMinute = (dimension: string, max: number, source: string) => ({
      dimension,
      max,
      source,
      windowMs: 60_000,
    });
    expect(await limitsOf('build', 'gpt-4o-2024-08-06')).toEqual([
      perMinute('requests', 5000, 'published'),
      perMinute('tokens', 450_000, 'published'),
    ]);
    expect(await limitsOf('Tier 1', 'gpt-4o')).toContainEqual(
      perMinute('tokens', 30_000, 'published'),
    );
    expect(await limitsOf(undefined, 'gpt-4o')).toContainEqual(
      perMinute('tokens', 30_000, 'guess'),
    );
  });

  it('works with a shared limiter too', () => {
    const limiter = createRateLimiter();
    const bare = new Anthropic({ apiKey: 'any' });
    expect(withRateLimit(bare, { limiter, tier: 'scale' }).rateLimit).toBe(limiter);
  });

  it('that the provider doesn’t have is an error that lists those that it has', () => {
    const bare = new Anthropic({ apiKey: 'any' });
    expect(() => withRateLimit(bare, { tier: 'platinum' })).toThrow(
      /Expected `tier` to be one of .*Scale, got `platinum`/,
    );
  });

  const own = { tiers: { free: { rpm: 5 }, pro: { rpm: 50 } } };

  it.each([
    [
      'a misspelled one',
      'fre',
      /one of `tiers` \(free, pro\), or a tier of the provider: .*, got `fre` .*; did you mean 'free'\?$/,
    ],
    ['one in other letters, though the provider has it', 'Free', /; did you mean 'free'\?$/],
    ['one with a space too many', 'pro ', /; did you mean 'pro'\?$/],
  ])('is looked for among the limiter’s own first: %s is an error', (_, tier, message) => {
    const bare = new OpenAI({ apiKey: 'any' });
    const limiter = createRateLimiter(own);
    expect(() => withRateLimit(bare, { ...own, tier })).toThrow(message);
    expect(() => withRateLimit(bare, { limiter, tier })).toThrow(message);
    expect(() => withRateLimit(bare, { limiter, tier: 'tier 1' })).not.toThrow();
  });

  it('of a host that has none is an error that says so', () => {
    const bare = new OpenAI({ apiKey: 'any', baseURL: 'https://api.together.ai/v1' });
    expect(() => withRateLimit(bare, { tier: 'free' })).toThrow(
      'Expected `tier` to be unset: no tiers of this host are known, got `free`',
    );
  });

  it('of a host whose tiers nobody knows can be one of the limiter’s own', () => {
    const bare = new OpenAI({ apiKey: 'any', baseURL: 'https://llm.example/v1' });
    expect(() => withRateLimit(bare, { ...own, tier: 'pro' })).not.toThrow();
    expect(() => withRateLimit(bare, { ...own, tier: 'gold' })).toThrow(
      /^Expected `tier` to be one of `tiers` \(free, pro\), or a tier of the provider: .*, got `gold` \(string\)$/,
    );
  });

  it('of a fetch that nobody has is an error that names the `tiers` that there are', () => {
    const told = (options: object) => () => rateLimitedFetch({ ...options, tier: 'gold' });
    expect(told({})).toThrow('Expected `tier` to be a tier of a provider, got `gold`');
    expect(told(own)).toThrow('one of `tiers` (free, pro), or a tier of a provider, got `gold`');
  });

  it('of an account behind a gateway is one at the SDK’s own provider', async () => {
    const simulator = createSimulator({ clock, provider: 'compatible', latency: 1000 });
    const bare = new OpenAI({
      apiKey: 'any',
      baseURL: 'https://gateway.example/v1',
      fetch: simulator.fetch,
    });
    expect(() => withRateLimit(bare, { tier: 'gold' })).toThrow(
      /^Expected `tier` to be one of Free, .*; there are no `tiers`$/,
    );
    const client = withRateLimit(bare, { clock, tier: 'tier 1' });
    const answered = client.chat.completions.create({ model: 'gpt-4o', messages: MESSAGES });
    await clock.advance(500);
    const [lane] = client.rateLimit.snapshot();
    expect(lane?.limits).toContainEqual(
      expect.objectContaining({ dimension: 'tokens', max: 30_000, source: 'published' }),
    );
    await clock.run(answered);
  });

  it('is the caller’s from when the limiter has it', async () => {
    const simulator = createSimulator({ clock, provider: 'openai' });
    const limiter = createRateLimiter({ clock, limits: { rpm: 6000 }, enforcement: 'bucket' });
    const bare = new OpenAI({ apiKey: 'any', fetch: simulator.fetch });
    const client = withRateLimit(bare, { limiter, key: 'a', tier: 'Free' });
    limiter.configure({ tiers: { Free: { rpm: 2 } } });
    const ask = () => client.chat.completions.create({ model: 'gpt-4o', messages: MESSAGES });
    const before = clock.now();
    await clock.run(Promise.all([ask(), ask(), ask()]));
    expect(clock.now() - before).toBeGreaterThanOrEqual(30_000);
  });

  it('of the account has a name of its own, beside the caller’s', async () => {
    const simulator = createSimulator({ clock, provider: 'openai', latency: 1000 });
    const bare = new OpenAI({ apiKey: 'any', fetch: simulator.fetch });
    const tiers = { 'tier 1': { rpm: 2 } };
    const client = withRateLimit(bare, {
      ...{ clock, tiers, key: 'a', tier: 'tier 1', accountTier: 'tier 5' },
    });
    const old = withRateLimit(bare, { clock, tier: 'tier 5' });
    const ask = ({ chat }: OpenAI) =>
      chat.completions.create({ model: 'gpt-4o', messages: MESSAGES });
    const answered = Promise.all([ask(client), ask(client), ask(client), ask(old)]);
    await clock.advance(500);
    const limitsOf = ({ rateLimit }: typeof client) => rateLimit.snapshot()[0]?.limits;
    expect(limitsOf(client)).toContainEqual(
      expect.objectContaining({ dimension: 'requests', max: 10_000, source: 'published' }),
    );
    const published = (limits: ReturnType<typeof limitsOf>) =>
      limits?.map(({ dimension, max, source }) => ({ dimension, max, source }));
    expect(published(limitsOf(old))).toEqual(published(limitsOf(client)));
    const before = clock.now();
    await clock.run(answered);
    expect(clock.now() - before).toBeGreaterThanOrEqual(29_000);
  });

  it('of the account is none of the caller’s, and the other way round', () => {
    const bare = new OpenAI({ apiKey: 'any' });
    expect(() => withRateLimit(bare, { ...own, accountTier: 'pro' })).toThrow(
      /^Expected `accountTier` to be one of Free, .*, got `pro` \(string\)$/,
    );
    expect(() => withRateLimit(bare, { accountTier: 'teir 1' })).toThrow(
      /got `teir 1` \(string\); did you mean 'Tier 1'\?$/,
    );
    expect(() => withRateLimit(bare, { ...own, tier: 'tier 2', accountTier: 'tier 1' })).toThrow(
      "Expected `tier` to be one of `tiers`: 'free', 'pro', got `tier 2` (string)",
    );
    expect(() => withRateLimit(bare, { tier: 'tier 2', accountTier: 1 })).toThrow(
      'Expected `tier` to be unset, as there are no `tiers`',
    );
    expect(() => rateLimitedFetch({ accountTier: 'gold' })).toThrow(
      'Expected `accountTier` to be a tier of a provider, got `gold` (string)',
    );
    expect(() => rateLimitedFetch({ accountTier: 'teir 1' })).toThrow(/; did you mean 'Tier 1'\?$/);
    expect(() => rateLimitedFetch({ ...own, tier: 'fre' })).toThrow(/; did you mean 'free'\?$/);
    expect(() => rateLimitedFetch({ ...own, tier: 'pro', accountTier: 'tier 1' })).not.toThrow();
  });

  it('is one option of those that an unknown one is told of', () => {
    const bare = new OpenAI({ apiKey: 'any' });
    const options = { teir: 1 } as object;
    expect(() => withRateLimit(bare, options)).toThrow(
      /Unknown option `teir`; known are limits, .*, tier, .*, estimate; did you mean `tier`\?$/,
    );
    expect(() => withRateLimit(bare, null as never)).toThrow(
      'Expected `options` to be an object, got `null`',
    );
  });
});

describe('families', () => {
  it('share a lane where they share a limit, and calls with a long input have their own', async () => {
    const simulator = createSimulator({ clock, provider: 'anthropic' });
    const claude = withRateLimit(new Anthropic({ apiKey: 'any', fetch: simulator.fetch }), {
      clock,
    });
    for (const model of ['claude-opus-4-5-20251101', 'claude-opus-4-6', 'claude-haiku-4-5']) {
      await clock.run(claude.messages.create({ model, max_tokens: 5, messages: MESSAGES }));
    }
    expect(claude.rateLimit.snapshot().map(({ lane }) => lane)).toEqual([
      'api.anthropic.com/claude-opus-4.x',
      'api.anthropic.com/claude-haiku-4-5',
    ]);
    const wide = createSimulator({ clock });
    const openai = withRateLimit(new OpenAI({ apiKey: 'any', fetch: wide.fetch }), { clock });
    const long = [{ role: 'user' as const, content: 'word '.repeat(200_000) }];
    for (const messages of [MESSAGES, long]) {
      await openai.chat.completions.create({ model: 'gpt-4.1', messages });
    }
    expect(openai.rateLimit.snapshot().map(({ lane }) => lane)).toEqual([
      'api.openai.com/gpt-4.1',
      'api.openai.com/gpt-4.1 (long context)',
    ]);
  });
});
