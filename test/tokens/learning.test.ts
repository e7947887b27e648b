import { beforeAll, describe, expect, test } from 'vitest';
import { Calibration } from '../../src/tokens/calibration/calibration.ts';
import { estimateTokens, warmUp } from '../../src/tokens/estimate.ts';
import { estimateCall } from '../../src/tokens/estimate-call.ts';

beforeAll(warmUp);

const TEXT = 'The quick brown fox jumps over the lazy dog, and then comes back again. '.repeat(30);
const IMAGE = { type: 'image', source: { type: 'url', url: 'https://x.y/z.png' } };

const request = (content: unknown, more: object = {}) => ({
  provider: 'anthropic',
  path: '/v1/messages',
  body: { model: 'claude-opus-5', max_tokens: 900, messages: [{ role: 'user', content }], ...more },
});

/** What a text is estimated at after 20 responses to calls that took 1.2 times their estimate. */
async function afterTeaching(call: ReturnType<typeof request>): Promise<number> {
  const calibration = new Calibration();
  for (let response = 0; response < 20; response += 1) {
    const estimated = await estimateCall(call, { calibration });
    const { inputTokens } = await estimateTokens(call);
    const taken = Math.round(1.2 * inputTokens);
    estimated.learn({
      inputTokens: taken,
      outputTokens: 10,
      cachedInputTokens: 0,
      cacheWriteTokens: 0,
    });
  }
  return (await estimateCall(request(TEXT), { calibration })).inputTokens;
}

describe('an estimate is corrected by responses', () => {
  test('to calls of text', async () => {
    const { inputTokens } = await estimateTokens(request(TEXT));
    expect((await afterTeaching(request(TEXT))) / inputTokens).toBeCloseTo(1.2, 2);
    const snapshot = request(TEXT, { model: 'claude-opus-5-20260101' });
    expect((await afterTeaching(snapshot)) / inputTokens).toBeCloseTo(1.2, 2);
  });

  test.each([
    ['with an image', request([IMAGE, { type: 'text', text: TEXT }])],
    ['with a tool of the provider', request(TEXT, { tools: [{ type: 'web_search_20250305' }] })],
    ['with a short text', request('hello world')],
    ['to another model', request(TEXT, { model: 'claude-haiku-4-5' })],
  ])('but not to calls %s', async (_what, call) => {
    const { inputTokens } = await estimateTokens(request(TEXT));
    // Of the short text two tokens more than estimated: they are of all such calls.
    expect(Math.abs((await afterTeaching(call)) - inputTokens)).toBeLessThanOrEqual(2);
  });
});

test('the output is expected to be what it has been, never more than the call allows', async () => {
  const calibration = new Calibration();
  const expectedOf = async (max_tokens: number): Promise<number> => {
    const estimated = await estimateCall(request('hi', { max_tokens }), { calibration });
    return estimated.expectedOutputTokens;
  };
  expect(await expectedOf(900)).toBe(900);
  for (const outputTokens of [90, 100, 110]) {
    const estimated = await estimateCall(request('hi'), { calibration });
    estimated.learn({ inputTokens: 9, outputTokens, cachedInputTokens: 0, cacheWriteTokens: 0 });
  }
  expect([await expectedOf(900), await expectedOf(60)]).toEqual([110, 60]);
});

test('a call that costs no tokens teaches nothing', async () => {
  const calibration = new Calibration();
  const estimated = await estimateCall(
    { provider: 'openai', path: '/models', body: {} },
    { calibration },
  );
  const { learn, expectedNow, meanNow, ...numbers } = estimated;
  expect([expectedNow(), meanNow()]).toEqual([0, undefined]);
  learn({ inputTokens: 500, outputTokens: 500, cachedInputTokens: 0, cacheWriteTokens: 0 });
  expect(Object.values(numbers)).toEqual([false, 0, 0, 0, 0, 0]);
  expect(calibration.toJSON()).toEqual(new Calibration().toJSON());
});
