import { describe, expect, it } from 'vitest';
import { createRateLimiter } from '../../../src/limiter.ts';
import { createVirtualClock } from '../../../src/testing/index.ts';
import { withRateLimit } from '../../../src/with-rate-limit.ts';
import { json, scripted } from '../../sdk/bench.ts';
import { type EachSdk, sdks } from '../../sdk/sdks.ts';

const RESERVED = 1000;
const LIMIT = 6000;

/** What may still be used of a limit of 6,000 after a call that was taken for 1,000. */
async function levelAfter(sdk: EachSdk, used: number, isShown: boolean): Promise<unknown> {
  const clock = createVirtualClock();
  const isOpenAI = sdk.wire === 'openai';
  const usage = isOpenAI
    ? { prompt_tokens: used - 1, completion_tokens: 1, total_tokens: used }
    : { input_tokens: used, output_tokens: 0 };
  // All of it is left, as if the server charged later: it is our own count that counts.
  const of = isOpenAI ? 'x-ratelimit-%-tokens' : 'anthropic-ratelimit-input-tokens-%';
  const headers = {
    [of.replace('%', 'limit')]: `${LIMIT}`,
    [of.replace('%', 'remaining')]: `${LIMIT}`,
  };
  const answer = json({ ...sdk.answer, usage }, isShown ? { headers } : {});
  const limits = isOpenAI ? { tpm: LIMIT } : { itpm: LIMIT };
  const options = { limits, headroom: 0, enforcement: 'bucket', clock } as const;
  const limiter = createRateLimiter(options);
  const client = withRateLimit(sdk.make({ fetch: scripted(clock, answer).fetch }), {
    limiter,
    estimate: () => ({ inputTokens: RESERVED, outputTokens: 0 }),
  });
  await clock.run(sdk.ask(client, {}, { max_tokens: 0 }));
  const [lane] = limiter.snapshot();
  return lane?.limits[0]?.level;
}

describe('a call that has used something else than was reserved for it', () => {
  const named = (name: string): EachSdk => {
    const sdk = sdks.find((each) => each.name === name);
    if (sdk === undefined) throw new Error(`No SDK is called ${name}`);
    return sdk;
  };

  it.each([
    // Who knows that the server corrects its count, corrects theirs both ways.
    ['anthropic 1', { less: 5600, more: 4400 }],
    // Where nobody knows, nothing is given back; more than reserved is a debt.
    ['openai 7, unknown host', { less: 5000, more: 4400 }],
    // Never corrected: `remaining` tells all.
    ['openai 7', { less: 5000, more: 5000 }],
  ])(
    'counts as its server is known to count, once that shows what is left: %s',
    async (name, shown) => {
      const sdk = named(name);
      expect(await levelAfter(sdk, 400, true)).toBe(shown.less);
      expect(await levelAfter(sdk, 1600, true)).toBe(shown.more);
    },
  );

  it.each(['anthropic 1', 'openai 7, unknown host', 'openai 7'])(
    'counts as what it has used, where no response shows what is left: %s',
    async (name) => {
      expect(await levelAfter(named(name), 400, false)).toBe(5600);
      expect(await levelAfter(named(name), 1600, false)).toBe(4400);
    },
  );
});
