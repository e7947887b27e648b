import { describe, it, type TestContext } from 'vitest';
import { createRateLimiter, type RateLimiter } from '../../src/limiter.ts';
import { createSimulator, type SimulatorOptions } from '../../src/testing/index.ts';
import { withRateLimit } from '../../src/with-rate-limit.ts';
import { NOTHING, outcome, underWay } from './bench.ts';
import { type AnyClient, type EachSdk, sdks } from './sdks.ts';
import { all } from './side-by-side.ts';

const BASE_PATHS = { openai: '/v1', azure: '/openai', compatible: '/api/v1', anthropic: '' };

/** Through a port of this machine, by the wall clock. */
describe.concurrent.each(sdks)('$name through HTTP', (sdk: EachSdk) => {
  async function connected(
    { onTestFinished }: TestContext,
    options: SimulatorOptions,
    made: { timeout?: number; maxRetries?: number },
    limiter: RateLimiter = createRateLimiter(),
  ) {
    const simulator = createSimulator({ provider: sdk.provider, ...options });
    const server = await simulator.listen();
    onTestFinished(() => server.close());
    const baseURL = server.url + BASE_PATHS[sdk.provider];
    const bare: AnyClient = sdk.make({ baseURL, ...made });
    return { simulator, bare, limiter, client: withRateLimit(bare, { limiter }) };
  }

  it('does not count the time in the queue as the request’s', async (context) => {
    const { expect } = context;
    const limiter = createRateLimiter({
      limits: { rpm: 40 },
      headroom: 0,
      enforcement: 'bucket',
      burstSeconds: 1.5,
    });
    const { client, simulator } = await connected(
      context,
      {},
      { timeout: 1000, maxRetries: 0 },
      limiter,
    );
    const post = { body: BODY[sdk.wire], timeout: 1000 };
    const path = sdk.wire === 'openai' ? '/chat/completions' : '/v1/messages';
    await Promise.all([1, 2, 3].map(() => client.post(path, post)));
    const times = simulator.log.map(({ time }) => time);
    // Two waits of 1.5 s each, longer than the timeout.
    expect(times.at(-1)! - times[0]!).toBeGreaterThan(2500);
    expect(underWay(limiter)).toEqual(NOTHING);
  });

  it('waits for the provider, and sends what was refused again', async (context) => {
    const { expect } = context;
    // Three calls within 1.5 s, also where the first one has to load code: one is refused.
    const limits = { rpm: 40 };
    const { client, simulator, limiter } = await connected(
      context,
      { limits, enforcement: 'bucket', fill: { rpm: 2 } },
      { maxRetries: 1, timeout: 2000 },
      createRateLimiter({ limits: { rpm: 6000 }, enforcement: 'bucket' }),
    );
    await Promise.all([1, 2, 3].map(() => sdk.ask(client)));
    const { admitted, status429 } = simulator.stats();
    expect(admitted).toBe(3);
    expect(status429).toBeGreaterThan(0);
    expect(underWay(limiter)).toEqual(NOTHING);
  });

  it.for(['stream', 'cut', 'break', 'abort', 'stall'])(
    'ends what it began: %s',
    async (how, context) => {
      const { expect } = context;
      const faults =
        how === 'cut'
          ? (['cut-stream'] as const)
          : how === 'stall'
            ? (['stalled-stream'] as const)
            : [];
      const { client, limiter, bare } = await connected(
        context,
        { faults: [...faults, ...faults], latency: { firstByteMs: 1, perTokenMs: 2 } },
        { maxRetries: 0 },
      );
      const read = async (of: AnyClient) => {
        const stream = await sdk.stream(of);
        if (how === 'stall') setTimeout(() => stream.controller.abort(), 50);
        let count = 0;
        for await (const _ of stream) {
          count++;
          if (how === 'break') break;
          if (how === 'abort') stream.controller.abort();
        }
        return count > 0;
      };
      const [ended, value] = await outcome(read(client));
      const [bareEnded, bareValue] = await outcome(read(bare));
      expect([ended, String(value)]).toEqual([bareEnded, String(bareValue)]);
      expect(underWay(limiter)).toEqual(NOTHING);
    },
  );

  it('tells the same headers of an error', async (context) => {
    const { expect } = context;
    const { client, bare } = await connected(
      context,
      { faults: ['insufficient-quota', 'insufficient-quota'] },
      { maxRetries: 0 },
    );
    const headers = async (of: AnyClient): Promise<unknown> => {
      const [, error] = await outcome(sdk.ask(of));
      const names = (error as { headers: Headers }).headers;
      return [...names.keys()];
    };
    expect(await headers(client)).toEqual(await headers(bare));
  });

  it('gives the same chunks', async (context) => {
    const { expect } = context;
    const { client, bare } = await connected(context, {}, {});
    const told = async (of: AnyClient): Promise<string> =>
      JSON.stringify(await sdk.stream(of).then(all)).replaceAll(/sim\d+|"created":\d+/g, '');
    expect(await told(client)).toBe(await told(bare));
  });
});

const MESSAGES = [{ role: 'user', content: 'Say hi' }];
const BODY = {
  openai: { model: 'gpt-4o', max_tokens: 8, messages: MESSAGES },
  anthropic: { model: 'claude-sonnet-5', max_tokens: 8, messages: MESSAGES },
};
