import OpenAI from 'openai';
import { BedrockOpenAI } from 'openai/bedrock';
import { vertex } from 'openai/providers/vertex';
import { BedrockOpenAI as BedrockOpenAI6 } from 'openai6/bedrock';
import { describe, expect, it } from 'vitest';
import { createRateLimiter } from '../../src/limiter.ts';
import { createVirtualClock } from '../../src/testing/index.ts';
import { withRateLimit } from '../../src/with-rate-limit.ts';
import { json, NOTHING, refused, scripted, underWay } from './bench.ts';
import { CHAT, openai7 } from './sdks.ts';

describe.each([
  ['openai 6', BedrockOpenAI6 as unknown as typeof BedrockOpenAI],
  ['openai 7', BedrockOpenAI],
])('%s: a BedrockOpenAI client', (_, Client) => {
  it.each([
    ['a key', { apiKey: 'key' }],
    ['a function that gets tokens', { bedrockTokenProvider: async () => 'key' }],
  ])('with %s is limited and metered', async (__, credential) => {
    const clock = createVirtualClock();
    const limiter = createRateLimiter({ clock });
    const answers = [refused({ 'retry-after': '5' }), json(openai7.answer)];
    const { fetch, seen } = scripted(clock, ...answers);
    const bare = new Client({ awsRegion: 'us-east-1', fetch, ...credential });
    const client = withRateLimit(bare, { limiter });
    expect(client).toBeInstanceOf(Client);
    await clock.run(client.chat.completions.create(CHAT));
    await clock.run(client.withOptions({ timeout: 9 }).chat.completions.create(CHAT));
    expect(seen.map(({ at, headers }) => [at, headers.authorization])).toEqual([
      [0, 'Bearer key'],
      [5000, 'Bearer key'],
      [5000, 'Bearer key'],
    ]);
    expect(limiter.snapshot()[0]?.totals.actual.outputTokens).toBe(2);
    expect(underWay(limiter)).toEqual(NOTHING);
  });
});

describe('openai 7: a client whose provider replaces the headers', () => {
  it('is limited and metered', async () => {
    const clock = createVirtualClock();
    const limiter = createRateLimiter({ clock });
    const answers = [refused({ 'retry-after': '5' }), json(openai7.answer)];
    const { fetch, seen } = scripted(clock, ...answers);
    const provider = vertex({
      project: 'unit',
      location: 'global',
      tokenProvider: async () => 'token',
    });
    const client = withRateLimit(new OpenAI({ provider, fetch }), { limiter });
    await clock.run(client.chat.completions.create(CHAT));
    expect(seen.map(({ at, headers }) => [at, headers.authorization])).toEqual([
      [0, 'Bearer token'],
      [5000, 'Bearer token'],
    ]);
    expect(limiter.snapshot()[0]?.totals.actual.outputTokens).toBe(1);
    expect(underWay(limiter)).toEqual(NOTHING);
  });
});
