import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { goDuration } from '../../src/testing/go-duration.ts';
import {
  createSimulator,
  createVirtualClock,
  type SimulatorLimits,
} from '../../src/testing/index.ts';
import { sendChat } from './requests.ts';

async function refusal(limits: SimulatorLimits, fill: SimulatorLimits, tokens: number) {
  const simulator = createSimulator({ clock: createVirtualClock(), limits, fill });
  const response = await sendChat(simulator, 1, { max_tokens: tokens });
  return { headers: response.headers, status: response.status, body: await response.json() };
}

/** Eight messages from public bug reports (compiled 2026-11-22): limit, used, requested, wait. */
const TOKEN_CASES = [
  [200_000, 162_582, 45_297, '2.363s'],
  [200_000, 199_403, 15_173, '4.372s'],
  [200_000, 154_191, 60_900, '4.527s'],
  [200_000, 130_491, 75_418, '1.772s'],
  [200_000, 187_001, 92_261, '23.778s'],
  [200_000, 189_522, 20_045, '2.87s'],
  [30_000, 22_999, 12_528, '11.054s'],
  [200_000, 186_380, 17_874, '1.276s'],
] as const;

test.each(TOKEN_CASES)(
  'OpenAI, TPM %i, used %i, requested %i: try again in %s',
  async (limit, used, requested, wait) => {
    const { status, body } = await refusal({ tpm: limit }, { tpm: limit - used }, requested);
    expect(status).toBe(429);
    expect(body).toEqual({
      error: {
        message:
          'Rate limit reached for gpt-4o in organization org-simulator on tokens per min (TPM): ' +
          `Limit ${limit}, Used ${used}, Requested ${requested}. Please try again in ${wait}. ` +
          'Visit https://platform.openai.com/account/rate-limits to learn more.',
        type: 'tokens',
        param: null,
        code: 'rate_limit_exceeded',
      },
    });
  },
);

test.each([
  [{ rpm: 3 }, { rpm: 0 }, 'requests per min (RPM): Limit 3, Used 3, Requested 1', '20s'],
  [{ rpd: 200 }, { rpd: 0 }, 'requests per day (RPD): Limit 200, Used 200, Requested 1', '7m12s'],
  [{ rpd: 10_000 }, { rpd: 0 }, 'Limit 10000, Used 10000, Requested 1', '8.64s'],
  [{ rpm: 500 }, { rpm: 0 }, 'Limit 500, Used 500, Requested 1', '120ms'],
])('OpenAI, %o: as published', async (limits, fill, text, wait) => {
  const { body } = await refusal(limits, fill, 1);
  expect(body.error.type).toBe('requests');
  expect(body.error.message).toContain(text);
  expect(body.error.message).toContain(`Please try again in ${wait}. `);
});

describe('the headers of a 429', () => {
  test('OpenAI: the wait rounded up, Go durations', async () => {
    const { headers } = await refusal({ tpm: 200_000, rpd: 10_000 }, { tpm: 37_418 }, 45_297);
    expect(Object.fromEntries(headers)).toEqual({
      'content-type': 'application/json',
      'retry-after': '3',
      'retry-after-ms': '2364',
      'x-ratelimit-limit-requests': '10000',
      'x-ratelimit-remaining-requests': '9999',
      'x-ratelimit-reset-requests': '8.64s',
      'x-ratelimit-limit-tokens': '200000',
      'x-ratelimit-remaining-tokens': '37418',
      'x-ratelimit-reset-tokens': '48.775s',
      'x-request-id': 'req_sim1',
    });
  });

  test('a call above the limit is told no wait, for there is none', async () => {
    const { headers, body } = await refusal({ tpm: 30_000 }, {}, 61_337);
    expect(headers.has('retry-after')).toBe(false);
    expect(body.error).toEqual({
      message:
        'Request too large for gpt-4o in organization org-simulator on tokens per min (TPM): ' +
        'Limit 30000, Requested 61337. The input or output tokens must be reduced in order to run ' +
        'successfully. Visit https://platform.openai.com/account/rate-limits to learn more.',
      type: 'tokens',
      param: null,
      code: 'rate_limit_exceeded',
    });
  });
});

test('any 429 of a bucket obeys the arithmetic of the published ones', async () => {
  const numbers = /Limit (\d+), Used (\d+), Requested (\d+)\. Please try again in (\S+)\. /;
  const call = fc.record({ gapMs: fc.nat(5_000), tokens: fc.integer({ min: 1, max: 30_000 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(call, { minLength: 5, maxLength: 20 }), async (calls) => {
      const clock = createVirtualClock({ quietTurns: 1 });
      const simulator = createSimulator({ clock, limits: { tpm: 30_000 } });
      for (const { gapMs, tokens } of calls) {
        await clock.advance(gapMs);
        const response = await sendChat(simulator, tokens);
        if (response.status !== 429) continue;
        const { message } = (await response.json()).error;
        const [, limit, used, requested, wait] = numbers.exec(message) ?? [];
        const excess = Number(used) + Number(requested) - Number(limit);
        expect(wait).toBe(goDuration(Math.floor((excess * 60_000) / Number(limit))));
      }
    }),
    { numRuns: 50 },
  );
});
