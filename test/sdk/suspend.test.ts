import { withGlobal } from '@sinonjs/fake-timers';
import OpenAI from 'openai';
import { expect, test } from 'vitest';
import { createRateLimiter, withRateLimit } from '../../src/index.ts';
import { refusalReader } from '../../src/sdk/refusal-reader.ts';

/** A machine that sleeps: its wall clock goes on, and nothing else does. */
const SLEPT_MS = 3_600_000;
const WAIT_MS = 40_000;

const ANSWER = { choices: [], usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } };
const json = (body: unknown, status: number, headers: Record<string, string> = {}): Response =>
  Response.json(body, { status, headers });

/** What the provider says when it refuses a call, at a time of its own clock, which is right. */
const REFUSALS: Readonly<Record<string, () => Record<string, string>>> = {
  'an HTTP date': () => ({ 'retry-after': new Date(Date.now() + WAIT_MS).toUTCString() }),
  'epoch seconds': () => ({ 'x-ratelimit-reset': String((Date.now() + WAIT_MS) / 1000) }),
  'epoch milliseconds': () => ({ 'x-ratelimit-reset': String(Date.now() + WAIT_MS) }),
  'a time of RFC 3339': () => ({
    'x-ratelimit-limit-requests': '10',
    'x-ratelimit-remaining-requests': '0',
    'x-ratelimit-reset-requests': new Date(Date.now() + WAIT_MS).toISOString(),
  }),
};

test.each(Object.entries(REFUSALS))(
  'after the machine has slept, %s is waited for as long as the server means',
  async (_what, headers) => {
    // Loading it takes real time, which these timers don't wait for.
    await refusalReader({ loaded: (load) => load() });
    const toFake = ['setTimeout', 'clearTimeout', 'Date', 'performance'] as const;
    const clock = withGlobal(globalThis).install({ toFake: [...toFake], now: 1_000_000_000_000 });
    try {
      const limiter = createRateLimiter();
      let requests = 0;
      const fetch = async (): Promise<Response> =>
        ++requests === 2
          ? json({ error: { message: 'Too fast' } }, 429, headers())
          : json(ANSWER, 200);
      const openai = withRateLimit(new OpenAI({ apiKey: 'any', fetch }), { limiter });
      const waits: number[] = [];
      limiter.on('paused', ({ retryAfterMs }) => waits.push(retryAfterMs));
      const ask = (): Promise<unknown> =>
        openai.chat.completions.create({ model: 'gpt-4o', messages: [] });
      await ask();
      clock.setSystemTime(Date.now() + SLEPT_MS);
      const second = ask();
      await clock.tickAsync(2 * WAIT_MS);
      await second;
      expect(requests).toBe(3);
      expect(waits).toHaveLength(1);
      expect(Math.abs((waits[0] ?? 0) - WAIT_MS)).toBeLessThanOrEqual(1000);
      limiter.close();
    } finally {
      clock.uninstall();
    }
  },
);
