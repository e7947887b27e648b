import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { type UsageEvent, withRateLimit } from '../src/index.ts';
import { createSimulator, createVirtualClock } from '../src/testing/index.ts';

/** A limit of one token a millisecond. */
const MINUTE = 60_000;
const MESSAGES = [{ role: 'user' as const, content: 'Some words of the caller’s. '.repeat(100) }];

/** A client whose provider counts the same text now as much, now a tenth more. */
function setup(provider: 'openai' | 'anthropic', limit = MINUTE) {
  const clock = createVirtualClock();
  let calls = 0;
  const countTokens = (text: string): number =>
    Math.ceil((text.length / 3) * (++calls % 2 === 0 ? 1.1 : 1));
  const latency = { firstByteMs: 1000, perTokenMs: 0 };
  const simulator = createSimulator({ clock, provider, countTokens, latency });
  const options = { apiKey: 'any', fetch: simulator.fetch };
  const limits = provider === 'openai' ? { tpm: limit } : { itpm: limit, otpm: MINUTE };
  const made = { clock, headroom: 0, limits, enforcement: 'bucket', burstSeconds: 60 } as const;
  const claude = withRateLimit(new Anthropic(options), made);
  const openai = withRateLimit(new OpenAI(options), made);
  const { rateLimit } = provider === 'openai' ? openai : claude;
  const usages: UsageEvent[] = [];
  rateLimit.on('usage', (event) => usages.push(event));
  const send = (): PromiseLike<unknown> =>
    provider === 'openai'
      ? openai.chat.completions.create({ model: 'mystery-1', messages: MESSAGES })
      : claude.messages.create({ model: 'claude-opus-4-5', max_tokens: 9, messages: MESSAGES });
  const level = (): number => rateLimit.snapshot()[0]?.limits[0]?.level ?? Number.NaN;
  /** Sends a call to a provider with all of its limit left; returns what was reserved for it. */
  const reserved = async (): Promise<number> => {
    await clock.advance(2 * MINUTE);
    const call = send();
    await clock.advance(1);
    const taken = limit - level() + limit / MINUTE; // refilled in that millisecond
    await clock.run(call);
    return taken;
  };
  const estimate = (): number => usages.at(-1)!.estimated.inputTokens;
  return { clock, send, reserved, estimate };
}

async function taught(provider: 'openai' | 'anthropic', limit?: number) {
  const all = setup(provider, limit);
  for (let call = 0; call < 21; call++) {
    await all.clock.advance(2 * MINUTE);
    await all.clock.run(all.send());
  }
  return all;
}

describe('of an estimate that is now right and now too low', () => {
  it('the margin is reserved where the provider gives back what a call has not used', async () => {
    const { reserved, estimate } = await taught('anthropic');
    const share = (await reserved()) / estimate();
    expect(share).toBeGreaterThan(1.02);
    expect(share).toBeLessThan(1.15);
  });

  it('nothing more is reserved where the provider does not', async () => {
    const { reserved, estimate } = await taught('openai');
    expect(await reserved()).toBe(estimate());
  });

  it('nothing more is reserved before anything was learned', async () => {
    const { reserved, estimate } = setup('anthropic');
    await reserved();
    const first = await setup('anthropic').reserved();
    expect(first).toBe(estimate());
  });

  it('the margin is left out where only that exceeds the limit', async () => {
    const { estimate } = await taught('anthropic');
    const limit = Math.ceil(1.02 * estimate());
    const { reserved, estimate: bare } = await taught('anthropic', limit);
    expect(await reserved()).toBeCloseTo(bare(), 6);
  });
});
