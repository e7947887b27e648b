import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { type OwnLimiterOptions, withRateLimit } from '../../src/index.ts';
import {
  createSimulator,
  createVirtualClock,
  type SimulatorEnforcement,
  type SimulatorLimits,
} from '../../src/testing/index.ts';

interface First {
  readonly baseURL?: string;
  readonly options?: OwnLimiterOptions;
  readonly limits?: SimulatorLimits;
  readonly enforcement?: SimulatorEnforcement;
  readonly fill?: number;
  readonly calls?: number;
  /** The host shows no limits. */
  readonly isMute?: boolean;
  readonly sdk?: 'openai' | 'anthropic';
  /** Calls come one by one, so far from each other. @default 0, all at once */
  readonly everyMs?: number;
}

const LIMITS = { rpm: 500, tpm: 200_000 };
const SPLIT = { rpm: 500, itpm: 200_000, otpm: 50_000 };
const GATEWAY = 'http://localhost:4000/v1';
const AZURE = 'https://ours.openai.azure.com/openai/v1';

/** Short calls, all at once, of which each takes 200 ms. */
async function first(run: First): Promise<{ ms: number; refused: number }> {
  const { calls = 60, sdk = 'openai', enforcement, fill, limits = LIMITS, everyMs = 0 } = run;
  const clock = createVirtualClock();
  const simulator = createSimulator({
    ...{ clock, limits, enforcement, fill, provider: run.baseURL === AZURE ? 'azure' : sdk },
    latency: { firstByteMs: 200 },
  });
  const fetch = run.isMute === true ? muted(simulator.fetch) : simulator.fetch;
  const account = { apiKey: 'any', baseURL: run.baseURL, fetch };
  const options = { clock, ...run.options };
  const messages = [{ role: 'user' as const, content: 'hi' }];
  const ask = (): (() => Promise<unknown>) => {
    if (sdk === 'anthropic') {
      const client = withRateLimit(new Anthropic(account), options);
      const model = 'claude-haiku-4-5';
      return () => client.messages.create({ model, max_tokens: 100, messages });
    }
    const { chat } = withRateLimit(new OpenAI(account), options);
    const body = { model: 'gpt-4o-mini', max_completion_tokens: 100, messages };
    return () => chat.completions.create(body);
  };
  const send = ask();
  const sendLater = async (_: unknown, index: number): Promise<void> => {
    await new Promise<void>((resolve) => clock.setTimeout(resolve, index * everyMs));
    await send();
  };
  await clock.run(Promise.all(Array.from({ length: calls }, sendLater)));
  return { ms: clock.now(), refused: simulator.stats().status429 };
}

function muted(fetch: typeof globalThis.fetch): typeof globalThis.fetch {
  return async (url, init) => {
    const response = await fetch(url, init);
    const headers = { 'content-type': 'application/json' };
    return new Response(await response.text(), { status: response.status, headers });
  };
}

describe('60 short calls at once, that fit', () => {
  const given = { options: { limits: LIMITS } };
  const split = { sdk: 'anthropic', limits: SPLIT } as const;
  const small = (limits: SimulatorLimits): First => ({ limits, options: { limits }, isMute: true });
  const runs: [string, First][] = [
    ['OpenAI, no options', {}],
    ['OpenAI, limits given', given],
    ['Azure, no options', { baseURL: AZURE }],
    ['Azure, limits given', { baseURL: AZURE, ...given }],
    ['Anthropic, no options', split],
    ['Anthropic, limits given', { ...split, options: { limits: SPLIT } }],
    ['a gateway, no options', { baseURL: GATEWAY }],
    ['a gateway, limits given', { baseURL: GATEWAY, ...given }],
    ['a gateway that counts in a window', { baseURL: GATEWAY, ...given, enforcement: 'fixed' }],
    ['a gateway that shows nothing', { baseURL: GATEWAY, ...given, isMute: true }],
    ['a gateway that shows nothing, 100 a minute', { baseURL: GATEWAY, ...small({ rpm: 100 }) }],
    ['a gateway that shows nothing, tokens', { baseURL: GATEWAY, ...small({ tpm: 20_000 }) }],
  ];
  it.each(runs)('are done within 3 s and none is refused: %s', async (_, run) => {
    const { ms, refused } = await first(run);
    expect(refused).toBe(0);
    expect(ms).toBeLessThanOrEqual(run.baseURL === undefined ? 2000 : 3000);
  });

  it('go as fast with limits that are given as with those that are learned', async () => {
    for (const isMute of [false, true]) {
      const common = { baseURL: GATEWAY, calls: 300, isMute };
      const learned = await first({ ...common });
      const known = await first({ ...common, ...given });
      if (!isMute) expect(known.ms).toBeLessThanOrEqual(learned.ms);
      expect(known.ms).toBeLessThanOrEqual(3000);
    }
  });
});

describe('limits that are given are not slower than limits that are learned', () => {
  const enforcements = ['bucket', 'bucket-10s', 'sliding', 'fixed', 'slices'] as const;
  const rows = enforcements.flatMap((enforcement) =>
    [60, 120, 600].map((rpm) => [enforcement, rpm] as const),
  );
  it.each(rows)(
    'unless calls are refused in exchange: %s, %i a minute',
    async (enforcement, rpm) => {
      for (const isMute of [false, true]) {
        for (const calls of [20, 80]) {
          const common = { baseURL: GATEWAY, limits: { rpm }, enforcement, isMute, calls };
          const learned = await first(common);
          const given = await first({ ...common, options: { limits: { rpm } } });
          expect(given.refused).toBeLessThanOrEqual(2);
          if (learned.refused > given.refused) continue;
          expect(given.ms).toBeLessThanOrEqual(Math.max(learned.ms + 2000, 1.05 * learned.ms));
        }
      }
    },
  );

  it('a call a second: what the limit has room for goes at once', async () => {
    for (const isMute of [false, true]) {
      const limits = { rpm: 60 };
      const run = { baseURL: GATEWAY, limits, isMute, calls: 40, options: { limits } };
      const { ms, refused } = await first({ ...run, enforcement: 'sliding' });
      expect(refused).toBe(0);
      expect(ms).toBeLessThanOrEqual(3000);
    }
  });
});

describe('what fits into a limit that is given goes at once, whatever its rate', () => {
  it.each([
    [500, 200, 0],
    [1000, 300, 0],
    [1000, 300, 1],
    [2000, 500, 0],
    [30_000, 300, 0],
  ])('Anthropic, %i requests a minute: %i calls, one in %i ms', async (rpm, calls, everyMs) => {
    const limits = { rpm, itpm: 1000 * rpm, otpm: 500 * rpm };
    const run = { sdk: 'anthropic', calls, everyMs, limits, options: { limits } } as const;
    const { ms, refused } = await first(run);
    expect(refused).toBe(0);
    expect(ms).toBeLessThanOrEqual(2500 + everyMs * calls);
  });

  it.each([false, true])(
    'a gateway, 1,200 requests a minute; shows nothing: %s',
    async (isMute) => {
      const limits = { rpm: 1200 };
      const common = {
        baseURL: GATEWAY,
        calls: 300,
        enforcement: 'sliding',
        limits,
        isMute,
      } as const;
      const { ms, refused } = await first({ ...common, options: { limits } });
      expect(refused).toBe(0);
      expect(ms).toBeLessThanOrEqual(3000);
    },
  );
});

describe('60 short calls at once, on a host that is not as it seems', () => {
  it.each([
    ['counts by the second', 'slices'],
    ['has a bucket of ten seconds', 'bucket-10s'],
  ] as const)('cost two refused calls where it %s', async (_, enforcement) => {
    for (const isMute of [false, true]) {
      const common = { baseURL: GATEWAY, enforcement, isMute, calls: 200 };
      const { refused } = await first({ ...common, options: { limits: LIMITS } });
      expect(refused).toBeLessThanOrEqual(2);
    }
  });

  it('wait for a bucket that an earlier run has emptied', async () => {
    const { refused } = await first({ fill: 0.1 });
    expect(refused).toBe(0);
  });
});
