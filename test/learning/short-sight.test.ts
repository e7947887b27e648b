import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { withRateLimit } from '../../src/index.ts';
import { ShortSight } from '../../src/learning/short-sight.ts';
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

describe('a rest that is next to nothing and comes back at once', () => {
  const shown = {
    dimension: 'tokens',
    max: TPM,
    windowMs: 60_000,
    remaining: 300,
    resetMs: 700,
  } as const;
  const left = (sight: ShortSight, now: number, other = {}) => {
    return sight.corrected({ ...shown, ...other }, now).remaining;
  };

  it('is that of a second, where hardly any was used here', () => {
    const sight = new ShortSight(() => 0.1);
    expect(left(sight, 0)).toBeUndefined();
    expect(left(sight, 0, { resetMs: 20_000 })).toBe(300);
    expect(left(sight, 0, { remaining: 9000 })).toBe(9000);
    expect(left(sight, 0, { resetMs: undefined })).toBe(300);
    expect(left(sight, 0, { windowMs: 86_400_000 })).toBe(300);
  });

  it('may be that of a minute which ends, where most of it was used here', () => {
    let ours = 0.8;
    const sight = new ShortSight(() => ours);
    for (let now = 0; now < 2000; now += 100) expect(left(sight, now)).toBe(300);
    // What has gone on for longer than a minute's end, with little use, stays that of a second.
    ours = 0.1;
    for (let now = 2000; now < 6000; now += 500) expect(left(sight, now)).toBeUndefined();
    ours = 0.8;
    expect(left(sight, 6000)).toBeUndefined();
    expect(left(sight, 6100, { remaining: 20_000, resetMs: 50_000 })).toBe(20_000);
    expect(left(sight, 6200)).toBe(300);
  });

  it('counts after all, where calls are refused in spite of that', () => {
    const sight = new ShortSight(() => 0.1);
    for (const now of [0, 1000, 2000]) {
      expect(left(sight, now)).toBeUndefined();
      sight.refused(now);
    }
    expect(left(sight, 3000)).toBe(300);
    expect(left(sight, 602_001)).toBeUndefined();
  });

  it('is not doubted for a refusal now and then', () => {
    const sight = new ShortSight(() => 0.1);
    for (let now = 0; now < 600_000; now += 30_000) {
      expect(left(sight, now)).toBeUndefined();
      sight.refused(now);
    }
  });
});
