import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { withRateLimit } from '../../src/index.ts';
import { createVirtualClock, type VirtualClock } from '../../src/testing/index.ts';

const TPM = 30_000;
const SECOND_MS = 1000;
const OUTPUT = 50;

/** A server that lets a sixtieth of the limit through in each second, and shows what is left of that. */
function server(clock: VirtualClock) {
  const stats = { admitted: 0, refused: 0, usedAfter10s: 0 };
  let second = 0;
  let used = 0;
  const fetch = async (): Promise<Response> => {
    await new Promise<void>((resolve) => clock.setTimeout(resolve, 30));
    const now = clock.now();
    if (Math.floor(now / SECOND_MS) !== second) [second, used] = [Math.floor(now / SECOND_MS), 0];
    const fits = used + OUTPUT <= TPM / 60;
    if (fits) used += OUTPUT;
    const resetMs = SECOND_MS - (now % SECOND_MS);
    const headers = {
      'x-ratelimit-limit-tokens': String(TPM),
      'x-ratelimit-remaining-tokens': String(TPM / 60 - used),
      'x-ratelimit-reset-tokens': `${Math.ceil(resetMs)}ms`,
    };
    if (!fits) {
      stats.refused++;
      const error = { message: 'Rate limit reached', type: 'tokens', code: 'rate_limit_exceeded' };
      return Response.json({ error }, { status: 429, headers });
    }
    stats.admitted++;
    if (now > 10_000) stats.usedAfter10s += OUTPUT;
    await new Promise<void>((resolve) => clock.setTimeout(resolve, 270));
    const usage = { prompt_tokens: 9, completion_tokens: OUTPUT - 9, total_tokens: OUTPUT };
    const message = { role: 'assistant', content: 'ok' };
    const choices = [{ index: 0, message, finish_reason: 'stop' }];
    return Response.json({ id: 'any', object: 'chat.completion', choices, usage }, { headers });
  };
  return { stats, fetch };
}

describe('headers that show the limit of a minute, and what is left of a second', () => {
  it.each([
    ['an unknown host', 'http://gateway.test/v1', 0.72],
    ['OpenAI', 'https://api.openai.com/v1', 0.7],
  ])('do not stop a lane of %s', async (_, baseURL, least) => {
    const clock = createVirtualClock();
    const { stats, fetch } = server(clock);
    const openai = withRateLimit(new OpenAI({ apiKey: 'any', baseURL, fetch }), { clock });
    for (let i = 0; i < 4000; i++) {
      const messages = [{ role: 'user' as const, content: `hi ${i}` }];
      openai.chat.completions
        .create({ model: 'gpt-4o', messages, max_tokens: OUTPUT - 9 })
        .catch(() => {});
    }
    await clock.advance(190_000);
    expect(stats.refused / stats.admitted).toBeLessThan(0.01);
    expect(stats.usedAfter10s / 3 / TPM).toBeGreaterThan(least);
    openai.rateLimit.close();
  });
});
