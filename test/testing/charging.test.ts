import { describe, expect, test } from 'vitest';
import {
  type ChargeRule,
  createSimulator,
  createVirtualClock,
  type SimulatorOptions,
} from '../../src/testing/index.ts';
import { sendChat, sendMessage } from './requests.ts';

/** The remaining tokens that the next response shows, after a call of 100 in and 16 out. */
async function remainingAfter(options: SimulatorOptions, extra: Record<string, unknown>) {
  const simulator = createSimulator({
    clock: createVirtualClock(),
    limits: { tpm: 1_000 },
    ...options,
  });
  await sendChat(simulator, 100, extra);
  const next = await sendChat(simulator, 1);
  const [first, second] = simulator.log;
  const remaining = Number(next.headers.get('x-ratelimit-remaining-tokens'));
  return [remaining + (second?.cost.tokens ?? 0), first?.tokensCharged];
}

const custom: ChargeRule = (call) => call.inputTokens * 3;

test.each([
  ['max', 'the larger of both', { max_tokens: 250 }, 250],
  ['max', 'the larger of both', { max_tokens: 50 }, 100],
  ['max', 'the allowance of all choices', { max_tokens: 50, n: 3 }, 150],
  ['max', 'the input where nothing is allowed', {}, 100],
  ['sum', 'both together', { max_tokens: 250 }, 350],
  ['sum', 'the input where nothing is allowed', {}, 100],
  ['characters', 'a quarter of them, and 2 a message', { max_tokens: 250 }, 102],
  [custom, 'what the function says', {}, 300],
] as const)('%s charges %s: %o', async (charge, _, extra, expected) => {
  const [remaining, charged] = await remainingAfter({ charge }, extra);
  expect([remaining, charged]).toEqual([1_000 - expected, expected]);
});

test('a charge stays, unless it is to be corrected to what was used', async () => {
  const extra = { max_tokens: 500 };
  expect(await remainingAfter({ charge: 'sum' }, extra)).toEqual([400, 600]);
  expect(await remainingAfter({ charge: 'sum', refund: true }, extra)).toEqual([884, 116]);
  expect(await remainingAfter({ charge: 'max', refund: true }, {})).toEqual([884, 116]);
});

test('a correction comes when the call ends, in the window that it was charged in', async () => {
  const clock = createVirtualClock();
  const simulator = createSimulator({
    clock,
    limits: { tpm: 1_000 },
    enforcement: 'sliding',
    charge: 'sum',
    refund: true,
    latency: 30_000,
  });
  const first = sendChat(simulator, 100, { max_tokens: 800 });
  await clock.advance(29_999);
  expect((await sendChat(simulator, 200)).status).toBe(429);
  await clock.advance(1);
  await first;
  void sendChat(simulator, 884);
  await clock.advance(29_999);
  expect((await sendChat(simulator, 1)).status).toBe(429);
  await clock.advance(1);
  expect(simulator.log.map(({ admitted }) => admitted)).toEqual([true, false, true, false]);
  expect(simulator.log.map(({ tokensCharged }) => tokensCharged)).toEqual([116, 0, 900, 0]);
});

describe('Anthropic', () => {
  const limits = { itpm: 60_000, otpm: 6_000 };

  test('input counts at the start, less what a cache has read', async () => {
    const clock = createVirtualClock();
    const reply = () => ({ text: 'ok', cachedInputTokens: 9_000 });
    const simulator = createSimulator({ provider: 'anthropic', clock, limits, reply });
    const { headers } = await sendMessage(simulator, 10_000);
    expect(headers.get('anthropic-ratelimit-input-tokens-remaining')).toBe('59000');
  });

  test('output counts as it is produced, whatever max_tokens is', async () => {
    const clock = createVirtualClock();
    const simulator = createSimulator({
      provider: 'anthropic',
      clock,
      limits,
      latency: { perTokenMs: 1 },
      reply: () => ({ outputTokens: 9_000 }),
    });
    const remaining = async () => {
      const { headers } = await sendMessage(simulator, 1, { max_tokens: 1 });
      return headers.get('anthropic-ratelimit-output-tokens-remaining');
    };
    const long = sendMessage(simulator, 1, { max_tokens: 100_000, stream: true });
    const reading = long.then((response) => response.text());
    expect(await clock.run(remaining())).toBe('6000');
    await clock.advance(4_000 - clock.now());
    expect(await clock.run(remaining())).toBe('2000');
    await clock.run(reading);
    const refused = await sendMessage(simulator, 1, { max_tokens: 1 });
    expect([refused.status, simulator.log.at(-1)?.limit]).toEqual([429, 'otpm']);
    expect(simulator.log[0]?.outputTokens).toBe(9_000);
  });
});

test('tokens are counted as the option says', async () => {
  const simulator = createSimulator({ countTokens: (text) => text.length });
  const completion = await (await sendChat(simulator, 3, { max_tokens: 2 })).json();
  expect(completion.usage).toMatchObject({ prompt_tokens: 12, completion_tokens: 2 });
});

test('the text of a request is that of its messages and tools, attachments left out', async () => {
  const simulator = createSimulator();
  const messages = [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'abcd' },
        { type: 'image_url', image_url: { url: `data:image/png;base64,${'A'.repeat(4_000)}` } },
      ],
    },
  ];
  const tools = [{ type: 'function', function: { name: 'abcd', description: 'abcdefgh' } }];
  await sendChat(simulator, 0, { messages, tools });
  await sendChat(simulator, 0, { messages: [] });
  expect(simulator.log.map(({ inputTokens }) => inputTokens)).toEqual([4, 1]);
});
