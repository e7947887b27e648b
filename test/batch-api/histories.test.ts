import Anthropic from '@anthropic-ai/sdk';
import fc from 'fast-check';
import OpenAI from 'openai';
import { expect, it } from 'vitest';
import { createRateLimiter, type RateLimiter, withRateLimit } from '../../src/index.ts';
import { createRandom, createSimulator, createVirtualClock } from '../../src/testing/index.ts';

const OUTCOMES = ['answer', 'answer', 'answer', 400, 429, 500, 'expire'] as const;

const history = fc.record({
  provider: fc.constantFrom('openai' as const, 'anthropic' as const),
  items: fc.integer({ min: 1, max: 40 }),
  batchSize: fc.integer({ min: 1, max: 40 }),
  /** Mostly short: a batch is asked for until it is over. */
  durationMs: fc.oneof(
    { weight: 2, arbitrary: fc.integer({ min: 0, max: 5_000_000 }) },
    fc.integer({ min: 0, max: 90_000_000 }),
  ),
  /** How often a request is lost, before it arrives or after it; 5xx come beside. */
  lost: fc.double({ min: 0, max: 0.3, noNaN: true }),
  queued: fc.constantFrom(Number.POSITIVE_INFINITY, 20, 60),
  deadlineMs: fc.option(fc.integer({ min: 60_000, max: 100_000_000 }), { nil: undefined }),
  seed: fc.integer({ min: 0, max: 1e9 }),
});

it('never loses an item, answers one twice, or has one in two batches, whatever the network does', async () => {
  const property = fc.asyncProperty(history, async (asked) => {
    const { provider, items, batchSize, durationMs, lost, queued, deadlineMs, seed } = asked;
    const clock = createVirtualClock({ start: 1_800_000_000_000 });
    const random = createRandom(seed);
    const simulator = createSimulator({
      ...{ clock, provider, seed, limits: { rpm: 600 } },
      batches: {
        durationMs,
        maxQueuedTokens: queued,
        outcome: () => OUTCOMES[Math.floor(random() * OUTCOMES.length)] ?? 'answer',
      },
    });
    const fetch: typeof globalThis.fetch = async (input, init) => {
      const luck = random();
      if (luck < lost / 3) throw new TypeError('fetch failed');
      if (luck < (lost * 2) / 3) return new Response('{}', { status: 503 });
      const response = await simulator.fetch(input, init);
      if (luck < lost) throw new TypeError('fetch failed');
      return response;
    };
    // The SDKs' own retries take real time.
    const how = { apiKey: 'k', fetch, maxRetries: 0 };
    const options = { limiter: createRateLimiter({ clock, limits: { rpm: 600 } }) };
    const client: object & { readonly rateLimit: RateLimiter } =
      provider === 'openai'
        ? withRateLimit(new OpenAI(how), options)
        : withRateLimit(new Anthropic(how), options);
    const names = Array.from({ length: items }, (_, index) => `item ${index}`);
    const request = (content: string) => {
      const model = provider === 'openai' ? 'gpt-4o-mini' : 'claude-haiku-4-5';
      return { model, max_tokens: 8, messages: [{ role: 'user', content }] };
    };
    const found: string[] = [];
    const run = async (): Promise<void> => {
      const batch = { request, batchSize, deadlineMs };
      for await (const { item } of client.rateLimit.batch(client, names, batch)) found.push(item);
    };
    await clock.run(run());
    expect(found.toSorted()).toEqual(names.toSorted());
    const sizes = simulator.batches
      .filter(({ isFailed }) => !isFailed)
      .map(({ customIds }) => customIds.length);
    expect(Math.max(0, ...sizes)).toBeLessThanOrEqual(batchSize);
    // What failed passingly goes live, and nothing else of a batch does.
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(items);
    expect(clock.pending).toBe(0);
  });
  await fc.assert(property, { numRuns: 15 });
}, 120_000);
