import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { expect, it } from 'vitest';
import { type BatchProgress, createRateLimiter, withRateLimit } from '../../src/index.ts';
import {
  createSimulator,
  createVirtualClock,
  type SimulatorLimits,
} from '../../src/testing/index.ts';

const COUNT = 400;
/** Small calls pass large ones, and all leave most of their output unused. */
const lengthOf = (index: number): number => [3200, 640, 1600, 640, 640][index % 5] ?? 0;
const MOST_OUTPUT = 500;
const OUTPUT = 100;

type Provider = 'openai' | 'anthropic';
const ACCOUNTS: readonly (readonly [Provider, SimulatorLimits])[] = [
  ['openai', { rpm: 120 }],
  ['openai', { rpm: 300, tpm: 40_000 }],
  ['anthropic', { rpm: 300, itpm: 25_000 }],
  ['anthropic', { rpm: 300, itpm: 60_000, otpm: 8000 }],
];
const ENFORCED = { bucket: 'bucket', window: 'sliding' } as const;
const rows = ACCOUNTS.flatMap(([provider, limits]) =>
  (['bucket', 'window'] as const).map((enforcement) => ({ provider, limits, enforcement })),
);

it.each(rows)(
  'is foreseen within 3 % once 20 calls have ended: $provider, $limits, $enforcement',
  async ({ provider, limits, enforcement }) => {
    const clock = createVirtualClock({ start: 1_800_000_000_000 });
    const isOpenai = provider === 'openai';
    const simulator = createSimulator({
      ...{ clock, provider, limits, latency: 1000, enforcement: ENFORCED[enforcement] },
      ...(isOpenai && { charge: 'characters' }),
      countTokens: (text) => Math.ceil(text.length / (isOpenai ? 4 : 3.5)),
      reply: () => ({ outputTokens: OUTPUT }),
    });
    const limiter = createRateLimiter({ clock, limits, enforcement, burstSeconds: 60 });
    const bare = { apiKey: 'any', fetch: simulator.fetch };
    const [client, path, model] = isOpenai
      ? ([withRateLimit(new OpenAI(bare), { limiter }), '/chat/completions', 'gpt-4o'] as const)
      : ([
          withRateLimit(new Anthropic(bare), { limiter }),
          '/v1/messages',
          'claude-opus-4-5',
        ] as const);
    const call = (index: number, { signal }: { signal: AbortSignal }): Promise<unknown> => {
      const content = 'the sun and one old fox saw six '.repeat(lengthOf(index) / 32);
      const body = { model, max_tokens: MOST_OUTPUT, messages: [{ role: 'user', content }] };
      return client.post(path, { body, signal });
    };
    const start = clock.now();
    const told: { readonly done: number; readonly endMs: number }[] = [];
    const onProgress = ({ done, etaMs }: BatchProgress): void => {
      if (done >= 20 && done < COUNT)
        told.push({ done, endMs: clock.now() + (etaMs ?? 0) - start });
    };
    const run = async (): Promise<void> => {
      const indexes = Array.from({ length: COUNT }, (_, index) => index);
      for await (const result of limiter.map(indexes, call, { onProgress })) {
        expect(result).toHaveProperty('value');
      }
    };
    await clock.run(run());
    const tookMs = clock.now() - start;
    expect(simulator.stats().status429).toBe(0);
    expect(told.length).toBeGreaterThan(50);
    const wrong = told.map((each) => ({ ...each, error: each.endMs / tookMs - 1 }));
    expect(wrong.filter(({ error }) => Math.abs(error) > 0.03)).toEqual([]);
  },
);

it.each(['seen', 'unseen'])('is not told by the few that end first: calls %s', async (calls) => {
  const clock = createVirtualClock();
  const limiter = createRateLimiter({ clock, limits: { rpm: 1_000_000 } });
  const sleep = (ms: number) => new Promise<void>((resolve) => void clock.setTimeout(resolve, ms));
  const work = (index: number) => sleep(900 + 200 * (index % 20));
  const fn = (index: number) =>
    calls === 'seen' ? limiter.run({}, () => work(index)) : work(index);
  const ends: number[] = [];
  const onProgress = ({ etaMs }: BatchProgress): void => {
    if (etaMs !== undefined) ends.push(clock.now() + etaMs);
  };
  const run = async (): Promise<void> => {
    const indexes = Array.from({ length: 1000 }, (_, index) => index);
    for await (const _ of limiter.map(indexes, fn, { window: 100, onProgress }));
  };
  const start = clock.now();
  await clock.run(run());
  const tookMs = clock.now() - start;
  expect(ends.length).toBeGreaterThan(20);
  const errors = ends.map((end) => Math.abs((end - start) / tookMs - 1));
  expect(Math.max(...errors)).toBeLessThan(0.3);
});
