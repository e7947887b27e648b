import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import {
  type CustomEstimator,
  createRateLimiter,
  type UsageEvent,
  withRateLimit,
} from '../src/index.ts';
import { createSimulator, createVirtualClock } from '../src/testing/index.ts';

const TEXT = 'The provider counts every word of this twice over, as far as we can tell. '.repeat(
  30,
);
const MESSAGES = [{ role: 'user' as const, content: TEXT }];

function setup(saved?: unknown) {
  const clock = createVirtualClock();
  // A tokenizer that nobody has published: three characters a token.
  const countTokens = (text: string): number => Math.ceil(text.length / 3);
  const simulator = createSimulator({ clock, provider: 'anthropic', countTokens });
  const limiter = createRateLimiter({ clock, calibration: saved });
  const bare = new Anthropic({ apiKey: 'any', fetch: simulator.fetch });
  const claude = withRateLimit(bare, { limiter });
  const usages: UsageEvent[] = [];
  limiter.on('usage', (event) => usages.push(event));
  const body = { model: 'claude-opus-4-5', max_tokens: 50, messages: MESSAGES };
  const ask = () => clock.run(claude.messages.create(body));
  /** Our estimate of the latest call, as a share of what the provider counted. */
  const accuracy = (): number => {
    const { estimated, actual } = usages.at(-1)!;
    return estimated.inputTokens / actual!.inputTokens;
  };
  return { limiter, ask, accuracy };
}

describe('estimates', () => {
  it('are corrected by the usage of responses, and what was learned can be kept', async () => {
    const first = setup();
    await first.ask();
    expect(first.accuracy()).toBeLessThan(0.9);
    for (let call = 0; call < 20; call++) await first.ask();
    expect(first.accuracy()).toBeGreaterThan(0.95);
    expect(first.accuracy()).toBeLessThan(1.05);
    const second = setup(JSON.parse(JSON.stringify(first.limiter.calibration)));
    await second.ask();
    expect(second.accuracy()).toBeGreaterThan(0.95);
  });

  it('name the output that such calls have lately had, and at first all that they allow', async () => {
    const { ask, limiter } = setup();
    const outputs: number[] = [];
    limiter.on('usage', ({ estimated }) => outputs.push(estimated.outputTokens));
    let actual = 0;
    limiter.on('usage', (event) => {
      actual = event.actual?.outputTokens ?? 0;
    });
    for (let call = 0; call < 4; call++) await ask();
    expect(outputs).toEqual([50, 50, 50, actual]);
  });

  it('are the caller’s, where it has better ones', async () => {
    const clock = createVirtualClock();
    const simulator = createSimulator({ clock });
    const bare = new OpenAI({ apiKey: 'any', fetch: simulator.fetch });
    const asked: unknown[] = [];
    const estimate: CustomEstimator = (request) => {
      asked.push(request);
      return { inputTokens: 123 };
    };
    const openai = withRateLimit(bare, { clock, estimate });
    const usages: UsageEvent[] = [];
    openai.rateLimit.on('usage', (event) => usages.push(event));
    const body = { model: 'gpt-4o', messages: MESSAGES };
    await clock.run(openai.chat.completions.create(body));
    expect(usages[0]?.estimated.inputTokens).toBe(123);
    // These three, and nothing of how the call is hooked.
    expect(asked).toEqual([{ provider: 'openai', path: '/chat/completions', body }]);
  });

  it('are the provider’s, where it is asked to count', async () => {
    const clock = createVirtualClock();
    const simulator = createSimulator({
      clock,
      provider: 'anthropic',
      countTokens: (text) => text.length,
    });
    const bare = new Anthropic({ apiKey: 'any', fetch: simulator.fetch });
    const claude = withRateLimit(bare, { clock, estimate: 'provider' });
    const usages: UsageEvent[] = [];
    claude.rateLimit.on('usage', (event) => usages.push(event));
    const body = { model: 'claude-haiku-4-5', max_tokens: 10, messages: MESSAGES };
    await clock.run(claude.messages.create(body));
    expect(usages[0]?.estimated.inputTokens).toBe(usages[0]?.actual?.inputTokens);
  });

  it('of what is no estimator are an error', () => {
    const bare = new OpenAI({ apiKey: 'any' });
    expect(() => withRateLimit(bare, { estimate: 5 as never })).toThrow(
      "Expected `estimate` to be a function, or 'provider', got `5` (number)",
    );
  });
});
