import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { expect, it } from 'vitest';
import { prompts } from '../../bench/prompts.ts';
import { createRateLimiter, type Plan, withRateLimit } from '../../src/index.ts';
import {
  createSimulator,
  createVirtualClock,
  type SimulatorLimits,
} from '../../src/testing/index.ts';

const COUNT = 240;
const PRICE = { input: 1, output: 4 };

interface Work {
  /** In characters, of which the simulator counts a token for each 4 or 3.5. */
  readonly prompt: (index: number) => number;
  readonly most: number;
  readonly output: (index: number) => number;
}

const WORKS: Readonly<Record<string, Work>> = {
  short: { prompt: () => 640, most: 16, output: () => 16 },
  'large max_tokens': { prompt: () => 640, most: 2000, output: (index) => 190 + (index % 5) * 5 },
  'long input': { prompt: (index) => 4000 + (index % 7) * 300, most: 64, output: () => 64 },
  mixed: { prompt: (index) => (index % 3 === 0 ? 6000 : 300), most: 500, output: () => 100 },
};

interface Account {
  readonly model: string;
  readonly tier?: string;
  readonly limits: SimulatorLimits;
}

/** The numbers of a tier: given, or known by its name. */
const ACCOUNTS: Readonly<Record<string, Account>> = {
  'OpenAI, given': { model: 'gpt-4o-mini', limits: { rpm: 60, tpm: 20_000 } },
  'OpenAI, Tier 1': { model: 'gpt-4o', tier: 'Tier 1', limits: { rpm: 500, tpm: 30_000 } },
  'Anthropic, given': {
    model: 'claude-haiku-4-5',
    limits: { rpm: 300, itpm: 60_000, otpm: 20_000 },
  },
  'Anthropic, Tier 1': {
    model: 'claude-haiku-4-5',
    tier: 'Tier 1',
    limits: { rpm: 50, itpm: 50_000, otpm: 10_000 },
  },
  'Anthropic, Start': {
    model: 'claude-haiku-4-5',
    tier: 'Start',
    limits: { rpm: 1000, itpm: 2_000_000, otpm: 400_000 },
  },
};

/** All of a short run would be a burst that is still on trial: see `test/cli/plan.test.ts`. */
const isOneBurst = (account: string, work: string): boolean =>
  account === 'Anthropic, given' && work === 'short';
const rows = Object.keys(ACCOUNTS).flatMap((account) =>
  Object.keys(WORKS)
    .filter((work) => !isOneBurst(account, work))
    .map((work) => [account, work] as const),
);

it.each(rows)('is what happens: %s, %s', async (accountName, workName) => {
  const { prompt, most, output } = WORKS[workName] ?? expect.fail();
  const { model, tier, limits } = ACCOUNTS[accountName] ?? expect.fail();
  const isOpenai = accountName.startsWith('OpenAI');
  const provider = isOpenai ? 'openai' : 'anthropic';
  const clock = createVirtualClock({ start: 1_800_000_000_000 });
  const simulator = createSimulator({
    ...{ clock, provider, limits, latency: 1000 },
    ...(isOpenai && { charge: 'characters' }),
    countTokens: (text) => Math.ceil(text.length / (isOpenai ? 4 : 3.5)),
    reply: ({ id }) => ({ outputTokens: output(id) }),
  });
  const given = tier === undefined && { limits };
  const limiter = createRateLimiter({ clock, prices: { [model]: PRICE }, ...given });
  const bare = { apiKey: 'any', fetch: simulator.fetch };
  const options = { limiter, tier };
  const client = isOpenai
    ? withRateLimit(new OpenAI({ ...bare, baseURL: 'https://api.openai.com' }), options)
    : withRateLimit(new Anthropic(bare), options);
  const bodyOf = (index: number) => {
    const content = 'the sun and one old fox saw six '.repeat(Math.ceil(prompt(index) / 32));
    return { model, max_tokens: most, messages: [{ role: 'user' as const, content }] };
  };
  const path = isOpenai ? '/v1/chat/completions' : '/v1/messages';
  const planOf = (from: number): Promise<Plan> =>
    limiter.plan(
      Array.from({ length: COUNT - from }, (_, index) => {
        return { provider, path, body: bodyOf(from + index), tier };
      }),
    );
  const start = clock.now();
  let early: { ms: number; usd: number } | undefined;
  const run = async (): Promise<Plan> => {
    const before = await planOf(0);
    const indexes = Array.from({ length: COUNT }, (_, index) => index);
    const call = (index: number) => client.post(path, { body: bodyOf(index) });
    let ended = 0;
    for await (const result of limiter.map(indexes, call, { window: 50 })) {
      expect(result).toHaveProperty('value');
      if (++ended !== 20) continue;
      const [{ queued } = { queued: 0 }] = limiter.snapshot();
      const at = clock.now();
      const { durationMs } = await planOf(simulator.log.length + queued);
      const { usd } = await planOf(0);
      early = { ms: at - start + (durationMs ?? 0), usd: usd ?? 0 };
    }
    return before;
  };
  const before = await clock.run(run());
  const sentMs = (simulator.log.at(-1)?.time ?? 0) - start;
  const { inputTokens, outputTokens, status429 } = simulator.stats();
  const usd = (inputTokens * PRICE.input + outputTokens * PRICE.output) / 1e6;
  expect(status429).toBe(0);
  // Bursts that are tried, and limits that are shown, shift a short run by some seconds.
  const slackMs = Math.max(6000, 0.03 * sentMs);
  // Before the first call, output is taken for all that is allowed.
  if (workName === 'short') {
    expect(Math.abs((before.durationMs ?? 0) - sentMs)).toBeLessThan(slackMs);
  }
  expect(Math.abs((early?.ms ?? 0) - sentMs)).toBeLessThan(slackMs);
  expect(Math.abs((early?.usd ?? 0) / usd - 1)).toBeLessThan(0.05);
});

it.each([
  ['api.openai.com', true, 2500],
  ['api.openai.com', false, 1000],
  ['llm.example', true, 2500],
] as const)(
  'is what happens to lines of the benchmark, at %s, with limits given: %s, %i of them',
  async (host, isGiven, count) => {
    const clock = createVirtualClock({ start: 1_800_000_000_000 });
    const limits = { rpm: 2500, tpm: 400_000 };
    const simulator = createSimulator({
      ...{ clock, limits, enforcement: 'bucket', charge: 'characters' },
      reply: () => ({ outputTokens: 56 }),
      latency: { firstByteMs: 300, perTokenMs: 10 },
    });
    const bare = new OpenAI({
      apiKey: 'any',
      baseURL: `https://${host}/v1`,
      fetch: simulator.fetch,
    });
    const openai = withRateLimit(bare, { clock, ...(isGiven && { limits }) });
    const calls = prompts(count, 42).map(({ text: content }) => ({
      ...{ host, provider: 'openai' as const, path: '/v1/chat/completions' },
      body: {
        ...{ model: 'gpt-4o', max_completion_tokens: 64 },
        messages: [{ role: 'user' as const, content }],
      },
    }));
    const limiter = openai.rateLimit;
    const start = clock.now();
    let early: { endMs: number; usd: number } | undefined;
    const run = async (): Promise<void> => {
      let ended = 0;
      for await (const result of limiter.map(calls, ({ body }) =>
        openai.chat.completions.create(body),
      )) {
        expect(result).toHaveProperty('value');
        if (++ended !== 20) continue;
        const [{ queued } = { queued: 0 }] = limiter.snapshot();
        const { durationMs = 0 } = await limiter.plan(calls.slice(simulator.log.length + queued));
        const { usd = 0 } = await limiter.plan(calls);
        early = { endMs: clock.now() + durationMs, usd };
      }
    };
    await clock.run(run());
    const { inputTokens, outputTokens, status429 } = simulator.stats();
    expect(status429).toBe(0);
    const sentMs = (simulator.log.at(-1)?.time ?? 0) - start;
    expect(Math.abs(((early?.endMs ?? 0) - start) / sentMs - 1)).toBeLessThan(0.03);
    const usd = (inputTokens * 2.5 + outputTokens * 10) / 1e6;
    expect(Math.abs((early?.usd ?? 0) / usd - 1)).toBeLessThan(0.05);
  },
  300_000,
);
