import Anthropic from '@anthropic-ai/sdk';
import { describe, expect, it } from 'vitest';
import { withRateLimit } from '../src/index.ts';
import { createSimulator, createVirtualClock, type ReplyParts } from '../src/testing/index.ts';

const LIMITS = { rpm: 6000, itpm: 60_000, otpm: 6000 };

function setup(reply: ReplyParts) {
  const clock = createVirtualClock();
  const simulator = createSimulator({
    clock,
    provider: 'anthropic',
    limits: LIMITS,
    reply: () => reply,
  });
  const claude = withRateLimit(new Anthropic({ apiKey: 'any', fetch: simulator.fetch }), {
    clock,
    limits: LIMITS,
  });
  const ask = (words: number, maxTokens = 100): Promise<Anthropic.Message> =>
    claude.messages.create({
      model: 'claude-opus-4-5',
      max_tokens: maxTokens,
      messages: [{ role: 'user', content: 'word '.repeat(words) }],
    });
  const level = (dimension: string): number | undefined =>
    claude.rateLimit.snapshot()[0]?.limits.find((limit) => limit.dimension === dimension)?.level;
  return { clock, simulator, claude, ask, level };
}

describe('a batch through a host that nobody knows, and that counts as Anthropic does', () => {
  it('is held up neither by `max_tokens` nor by what calls that wait were once expected to produce', async () => {
    const clock = createVirtualClock();
    const simulator = createSimulator({
      clock,
      provider: 'anthropic',
      limits: { rpm: 1000, itpm: 50_000, otpm: 10_000 },
      latency: 800,
      reply: () => ({ outputTokens: 50 }),
    });
    const options = { apiKey: 'any', baseURL: 'http://gateway.test', fetch: simulator.fetch };
    const claude = withRateLimit(new Anthropic(options), { clock });
    const message = { role: 'user' as const, content: 'word '.repeat(100) };
    const all = Array.from({ length: 300 }, () =>
      claude.messages.create({
        model: 'claude-haiku-4-5',
        max_tokens: 8000,
        messages: [message],
      }),
    );
    await clock.run(Promise.all(all));
    expect(simulator.stats().status429).toBe(0);
    // 300 answers of 50 tokens at four fifths of 10,000 a minute take 112.5 s.
    expect(clock.now()).toBeLessThan(1.1 * 112_500);
  });
});

describe('Anthropic’s limits', () => {
  it('are not used by what a cache has read', async () => {
    const { clock, simulator, ask } = setup({ outputTokens: 10, cachedInputTokens: 11_000 });
    // Forty calls of some 12,000 tokens, of which 11,000 are cached: a minute's limit is 60,000.
    for (let call = 0; call < 40; call++) await clock.run(ask(10_000));
    expect(simulator.stats().status429).toBe(0);
    expect(clock.now()).toBeLessThan(120_000);
  });

  it('count output as it is produced: its debt is waited off', async () => {
    const { clock, simulator, ask, level } = setup({ outputTokens: 5000 });
    await clock.run(ask(10, 5000));
    await clock.run(ask(10, 5000));
    expect(level('outputTokens')).toBeLessThan(0);
    const before = clock.now();
    await clock.run(ask(10, 5000));
    // 4,800 of output a minute: what was produced beyond that has been waited for.
    expect(clock.now() - before).toBeGreaterThan(30_000);
    expect(simulator.stats().status429).toBe(0);
  });
});
