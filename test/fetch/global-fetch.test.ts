import OpenAI from 'openai';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createRateLimiter } from '../../src/limiter.ts';
import { rateLimitedFetch } from '../../src/rate-limited-fetch.ts';
import type { Fetch } from '../sdk/sdks.ts';
import { CHAT_URL, chat } from './bench.ts';

const ANSWER = {
  choices: [{ index: 0, message: { role: 'assistant', content: 'hi' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 },
};

/** A network in the place of the global `fetch`. */
function network(): string[] {
  const seen: string[] = [];
  vi.stubGlobal('fetch', async (input: unknown) => {
    seen.push(String(input));
    return Response.json(ANSWER);
  });
  return seen;
}

const WAYS: readonly (readonly [string, (limited: Fetch) => Fetch])[] = [
  ['as it is', (limited) => limited],
  ['in a function', (limited) => (input, init) => limited(input, init)],
];

describe.each(WAYS)('a limited fetch that is made the global one, %s', (_, made) => {
  afterEach(() => vi.unstubAllGlobals());

  it('sends by the one before, and counts each call once', async () => {
    const seen = network();
    const limiter = createRateLimiter();
    vi.stubGlobal('fetch', made(limiter.fetch));
    expect((await fetch(CHAT_URL, chat())).status).toBe(200);
    await fetch('https://example.com/');
    const openai = new OpenAI({ apiKey: 'key' });
    await openai.chat.completions.create({ model: 'gpt-4o', messages: [] });
    await limiter.fetch(CHAT_URL, chat());
    expect(seen).toEqual([CHAT_URL, 'https://example.com/', CHAT_URL, CHAT_URL]);
    expect(limiter.snapshot()).toMatchObject([{ model: 'gpt-4o', totals: { calls: 3 } }]);
    await limiter.close();
  });

  it('does so for two limiters, of which the later one counts', async () => {
    const seen = network();
    const [first, second] = [createRateLimiter(), createRateLimiter()];
    vi.stubGlobal('fetch', made(rateLimitedFetch({ limiter: first })));
    vi.stubGlobal('fetch', made(rateLimitedFetch({ limiter: second })));
    await fetch(CHAT_URL, chat());
    expect(seen).toEqual([CHAT_URL]);
    expect(second.snapshot()).toMatchObject([{ totals: { calls: 1 } }]);
    await Promise.all([first.close(), second.close()]);
  });
});
