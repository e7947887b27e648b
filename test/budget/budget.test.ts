import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BudgetSpent, HeadroomError } from '../../src/errors.ts';
import { createRateLimiter, type RateLimiter } from '../../src/limiter.ts';
import type { RateLimiterOptions } from '../../src/options.ts';
import {
  createSimulator,
  createVirtualClock,
  type SimulatorOptions,
} from '../../src/testing/index.ts';
import { withRateLimit } from '../../src/with-rate-limit.ts';
import { bench, broken, json, outcome, refused, scripted } from '../sdk/bench.ts';
import { type AnyClient, type CallOptions, type EachSdk, sdks } from '../sdk/sdks.ts';
import { all } from '../sdk/side-by-side.ts';

const DAY_MS = 86_400_000;
/** One call may cost $0.0008: 8 tokens of output, and input is free. */
const OUTPUT_ONLY = { '*': { input: 0, output: 100 } };
const ONE = 0.0008;
/** So many calls may be in flight at once. */
const ROOM = { limits: { rpm: 60_000 }, enforcement: 'bucket' } as const;

interface Setup {
  readonly start?: number;
  readonly simulator?: SimulatorOptions;
  readonly limiter?: RateLimiterOptions;
  readonly maxRetries?: number;
}

function setup(sdk: EachSdk, { start = 0, simulator: served, limiter: given, ...client }: Setup) {
  const clock = createVirtualClock({ start });
  const simulator = createSimulator({ provider: sdk.provider, clock, ...served });
  const limiter = { prices: OUTPUT_ONLY, ...ROOM, ...given };
  return { ...bench(sdk, simulator.fetch, { client, limiter }, clock), simulator };
}

/** Both ways to make the same call, read to its end. */
const WAYS: readonly [
  string,
  (sdk: EachSdk, client: AnyClient, extra?: object, options?: CallOptions) => Promise<unknown>,
][] = [
  ['whole', async (sdk, client, extra, options) => sdk.ask(client, options, extra)],
  [
    'streamed',
    async (sdk, client, extra, options) => all(await sdk.stream(client, options, extra)),
  ],
];

const CASES = sdks.flatMap((sdk) =>
  WAYS.map(([way, call]) => ({ name: sdk.name, way, sdk, call })),
);

/** [spent, reserved] of the only budget. */
function state(limiter: RateLimiter): readonly (number | undefined)[] {
  const [only] = limiter.spending();
  return [only?.spentUsd, only?.reservedUsd];
}

describe.each(CASES)('$name, $way: a budget', ({ sdk, call }) => {
  it('is reserved by estimate, and settled with cached input, cache writes and output', async () => {
    const price = { input: 1000, cachedInput: 100, cacheWrite: 2000, output: 10_000 };
    const { clock, client, limiter, simulator } = setup(sdk, {
      simulator: {
        latency: 1000,
        countTokens: () => 50,
        reply: () => ({ text: 'hi', outputTokens: 5, cachedInputTokens: 20, cacheWriteTokens: 10 }),
      },
      limiter: { budget: { usdPerDay: 5 }, prices: { '*': price } },
    });
    const estimates: number[] = [];
    limiter.on('usage', ({ estimated }) => estimates.push(estimated.inputTokens));
    expect(limiter.spending()).toEqual([
      { key: undefined, spentUsd: 0, reservedUsd: 0, limitUsd: 5, resetAt: DAY_MS },
    ]);
    const answered = call(sdk, client);
    await clock.advance(500);
    const [, reserved] = state(limiter);
    await clock.run(answered);
    expect(reserved).toBe((Number(estimates[0]) * 1000 + 8 * 10_000) / 1e6);
    expect(simulator.stats()).toMatchObject({ calls: 1, inputTokens: 50, outputTokens: 5 });
    // Anthropic reports cache writes; the others' simulated responses don't.
    const written = sdk.wire === 'anthropic' ? 10 : 0;
    const input = (30 - written) * 1000 + 20 * 100 + written * 2000;
    expect(state(limiter)).toEqual([(input + 5 * 10_000) / 1e6, 0]);
  });

  it('rejects at once what it has no room for, says so, and never sends it', async () => {
    const { clock, client, limiter, simulator } = setup(sdk, {
      start: 1000,
      simulator: { latency: 1000 },
      limiter: { budget: { usd: 2.5 * ONE, windowMs: 60_000 } },
    });
    const rejected: unknown[] = [];
    limiter.on('rejected', (event) => rejected.push(event));
    const first = call(sdk, client);
    await clock.run(first);
    const second = call(sdk, client);
    await clock.advance(0);
    const at = clock.now();
    const [how, error] = await clock.run(outcome(call(sdk, client)));
    expect([how, clock.now()]).toEqual(['failed', at]);
    expect(error).toBeInstanceOf(BudgetSpent);
    expect(error).toBeInstanceOf(HeadroomError);
    expect(error).toMatchObject({
      name: 'BudgetSpent',
      code: 'budget_spent',
      spentUsd: ONE,
      reservedUsd: ONE,
      limitUsd: 2.5 * ONE,
      costUsd: ONE,
      resetAt: 60_000,
      key: undefined,
    });
    expect(error).toHaveProperty(
      'message',
      expect.stringMatching(
        /^This call to \S+ may cost \$0\.0008, more than is left of the budget of \$0\.002 \(\$0\.0008 spent and \$0\.0008 reserved\), which is reset at 1970-01-01T00:01:00\.000Z$/,
      ),
    );
    const [lane] = limiter.snapshot();
    const told = { lane: lane?.lane, model: lane?.model, callId: expect.any(String) };
    expect(rejected).toEqual([{ ...told, key: undefined, error }]);
    await clock.run(second);
    expect(simulator.stats().requests).toBe(2);
    expect(state(limiter)).toEqual([2 * ONE, 0]);
  });

  it('tells of the output that it assumes for a call that sets no maximum', async () => {
    const { clock, client } = setup(sdk, { limiter: { budget: { usdPerDay: 0.1 } } });
    const [how, error] = await clock.run(outcome(call(sdk, client, { max_tokens: undefined })));
    expect([how, error]).toMatchObject([
      'failed',
      {
        costUsd: 0.1024,
        message: expect.stringContaining(
          'may cost $0.1024 (it sets no maximum output, so 1024 tokens are assumed), more than',
        ),
      },
    ]);
  });

  it('of a day is reset at midnight UTC; what is in flight then is paid the day after', async () => {
    const midnight = Date.UTC(2026, 10, 23);
    const { clock, client, limiter } = setup(sdk, {
      start: midnight - 3000,
      simulator: { latency: 2000 },
      limiter: { budget: { usdPerDay: 2 * ONE } },
    });
    const first = call(sdk, client);
    await clock.advance(1500);
    const across = call(sdk, client);
    await clock.advance(1499);
    await clock.run(first);
    expect(clock.now()).toBe(midnight - 1);
    expect(limiter.spending()).toMatchObject([
      { spentUsd: ONE, reservedUsd: ONE, resetAt: midnight },
    ]);
    await expect(clock.run(call(sdk, client))).rejects.toMatchObject({ resetAt: midnight });
    await clock.advance(1);
    expect(limiter.spending()).toMatchObject([
      { spentUsd: 0, reservedUsd: ONE, resetAt: midnight + DAY_MS },
    ]);
    const next = call(sdk, client);
    await clock.advance(0);
    await expect(clock.run(call(sdk, client))).rejects.toBeInstanceOf(BudgetSpent);
    await clock.run(Promise.all([across, next]));
    expect(state(limiter)).toEqual([2 * ONE, 0]);
  });

  it('needs the model’s price, and says which option gives it', async () => {
    const { clock, bare, simulator } = setup(sdk, {});
    const budget = { usdPerDay: 1 };
    const unpriced = createRateLimiter({ clock, budget, prices: { m: { input: 1, output: 1 } } });
    const rejected: unknown[] = [];
    unpriced.on('rejected', (event) => rejected.push(event));
    const extra = { model: 'in-house-7' };
    // Azure's deployment is the client's, and has a price.
    const client = withRateLimit(bare, { limiter: unpriced });
    const [how, error] = await clock.run(outcome(call(sdk, client, extra)));
    if (sdk.provider === 'azure') {
      expect(how).toBe('ok');
      return;
    }
    expect(error).toMatchObject({ name: 'HeadroomError', code: 'price_unknown' });
    expect(error).toHaveProperty(
      'message',
      'A budget needs the price of in-house-7, which is unknown',
    );
    expect(rejected).toMatchObject([{ model: 'in-house-7', error }]);
    expect(simulator.stats().requests).toBe(0);
    const prices = { 'in-house': { input: 0, output: 100 } };
    const priced = createRateLimiter({ clock, budget, prices });
    await clock.run(call(sdk, withRateLimit(bare, { limiter: priced }), extra));
    expect(state(priced)).toEqual([ONE, 0]);
  });

  it('pays more for a long context, by the input’s size', async () => {
    const longContext = { aboveInputTokens: 40, inputFactor: 2, outputFactor: 3 };
    const prices = { '*': { input: 0, output: 100, longContext } };
    const { clock, client, limiter } = setup(sdk, {
      simulator: { latency: 1000, countTokens: () => 40 },
      limiter: { budget: { usdPerDay: 1 }, prices },
    });
    const content = 'All work and no play. '.repeat(20);
    const answered = call(sdk, client, { messages: [{ role: 'user', content }] });
    await clock.advance(500);
    expect(state(limiter)).toEqual([0, 0.0024]);
    await clock.run(answered);
    // It was 40 tokens of input, no more.
    expect(state(limiter)).toEqual([ONE, 0]);
  });

  it('gives back what was not sent: an abort in the line, a closed limiter', async () => {
    const { clock, client, limiter, simulator } = setup(sdk, {
      limiter: { budget: { usdPerDay: 1 }, limits: { rpm: 1 }, headroom: 0 },
    });
    await clock.run(call(sdk, client));
    const abort = new AbortController();
    const aborted = outcome(call(sdk, client, {}, { signal: abort.signal }));
    const closed = outcome(call(sdk, client));
    await clock.advance(10);
    expect(state(limiter)).toEqual([ONE, 2 * ONE]);
    abort.abort();
    await clock.run(aborted);
    expect(state(limiter)).toEqual([ONE, ONE]);
    limiter.close();
    await clock.run(closed);
    expect(state(limiter)).toEqual([ONE, 0]);
    expect(simulator.stats().requests).toBe(1);
  });

  it('is reserved once for a refused call that goes again, and kept for it', async () => {
    const { clock, client, limiter, simulator } = setup(sdk, {
      simulator: { faults: ['slow-down', 'slow-down'] },
      limiter: { budget: { usdPerDay: ONE } },
    });
    const answered = call(sdk, client);
    const seen: unknown[] = [];
    limiter.on('paused', () => {
      seen.push(state(limiter));
      void outcome(call(sdk, client)).then(([, error]) => seen.push(error));
    });
    await clock.run(answered);
    expect(seen.filter((each) => each instanceof BudgetSpent)).toHaveLength(2);
    expect(seen.filter(Array.isArray)).toEqual([
      [0, ONE],
      [0, ONE],
    ]);
    expect(state(limiter)).toEqual([ONE, 0]);
    expect(simulator.stats().status429).toBe(2);
  });

  it('pays nothing for errors, and what was reserved where no answer came', async () => {
    const clock = createVirtualClock();
    const lost = new TypeError('fetch failed');
    const server = scripted(clock, broken(500), broken(400), refused(), lost, broken(529));
    const limiter = { budget: { usdPerDay: 1 }, prices: OUTPUT_ONLY };
    const made = bench(sdk, server.fetch, { client: { maxRetries: 0 }, limiter }, clock);
    const spent: unknown[] = [];
    for (let n = 0; n < 5; n++) {
      await clock.run(outcome(call(sdk, made.client)));
      spent.push(state(made.limiter));
    }
    expect(spent).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
      [ONE, 0],
      [ONE, 0],
    ]);
  });
});

describe.each(sdks)('$name: a budget', (sdk) => {
  it('pays what was seen of a stream that is cut', async () => {
    const { clock, client, limiter, simulator } = setup(sdk, {
      simulator: { faults: ['cut-stream'] },
      limiter: { budget: { usdPerDay: 1 } },
      maxRetries: 0,
    });
    const [how] = await clock.run(outcome(sdk.stream(client).then(all)));
    expect(how).toBe('failed');
    const { outputTokens } = simulator.stats();
    expect(outputTokens).toBeLessThan(8);
    expect(state(limiter)).toEqual([(outputTokens * 100) / 1e6, 0]);
  });

  it('pays what was seen of a stream that its reader leaves', async () => {
    const { clock, client, limiter } = setup(sdk, {
      simulator: { latency: { perTokenMs: 1000 } },
      limiter: { budget: { usdPerDay: 1 } },
    });
    const left = (async () => {
      for await (const _ of await sdk.stream(client)) if (clock.now() >= 3000) break;
    })();
    await clock.run(left);
    await clock.runUntilIdle();
    expect(state(limiter)).toEqual([(3 * 100) / 1e6, 0]);
  });

  it('is each key’s own with `perKey`, and belongs to the limiter', async () => {
    const { clock, bare, limiter } = setup(sdk, {
      limiter: { budget: { usdPerDay: ONE, perKey: true } },
    });
    const of = (key?: string) => withRateLimit(bare, { limiter, key });
    const alice = of('alice');
    await clock.run(Promise.all([sdk.ask(alice), sdk.ask(of('bob')), sdk.ask(of())]));
    await expect(clock.run(sdk.ask(of('alice')))).rejects.toMatchObject({
      key: 'alice',
      message: expect.stringContaining('of the budget of its key of $0.0008'),
    });
    await expect(clock.run(sdk.ask(of()))).rejects.toMatchObject({ key: undefined });
    const common = { spentUsd: ONE, reservedUsd: 0, limitUsd: ONE, resetAt: DAY_MS };
    expect(limiter.spending()).toEqual([
      { key: 'alice', ...common },
      { key: 'bob', ...common },
      { key: undefined, ...common },
    ]);
  });

  it('is shared by all keys without', async () => {
    const { clock, bare, limiter } = setup(sdk, { limiter: { budget: { usdPerDay: ONE } } });
    await clock.run(sdk.ask(withRateLimit(bare, { limiter, key: 'alice' })));
    const bob = withRateLimit(bare, { limiter, key: 'bob' });
    await expect(clock.run(sdk.ask(bob))).rejects.toMatchObject({ key: undefined });
  });

  it('expects 1,024 tokens of output where the call allows any', async () => {
    const { clock, client, limiter } = setup(sdk, {
      simulator: { latency: 1000 },
      limiter: { budget: { usdPerDay: 1 } },
    });
    if (sdk.wire === 'anthropic') return; // its calls always say
    const answered = sdk.ask(client, {}, { max_tokens: undefined });
    await clock.advance(500);
    expect(state(limiter)).toEqual([0, 0.1024]);
    await clock.run(answered);
    expect(state(limiter)).toEqual([2 * ONE, 0]);
  });

  it('lets list prices be, where none are given', async () => {
    const { clock, client, limiter } = setup(sdk, {
      simulator: { countTokens: () => 1000, reply: () => ({ text: 'hi', outputTokens: 8 }) },
      limiter: { budget: { usdPerDay: 1 }, prices: undefined },
    });
    await clock.run(sdk.ask(client));
    // gpt-4o: $2.5 and $10; Claude Sonnet 5: $2 and $10, for a million tokens.
    const input = sdk.wire === 'anthropic' ? 0.002 : 0.0025;
    expect(state(limiter)).toEqual([(input * 1e6 + 8 * 10) / 1e6, 0]);
  });

  it('is none without the option: nothing is spent, and any model is let through', async () => {
    const { clock, client, limiter } = setup(sdk, {});
    await clock.run(sdk.ask(client, {}, { model: 'in-house-7' }));
    expect(limiter.spending()).toEqual([]);
  });

  it('is kept whatever happens: nothing stays reserved, and what is spent is what calls cost', async () => {
    const call = fc.record({
      waitMs: fc.nat({ max: 3000 }),
      abortMs: fc.option(fc.nat({ max: 3000 }), { nil: undefined }),
      streamed: fc.boolean(),
    });
    const odds = { 500: 0.1, 'slow-down': 0.1, 'connection-error': 0.1, 'cut-stream': 0.1 };
    const property = fc.asyncProperty(
      fc.array(call, { minLength: 1, maxLength: 12 }),
      fc.integer(),
      async (calls, seed) => {
        const { clock, client, limiter } = setup(sdk, {
          simulator: { faults: odds, seed, latency: 400 },
          limiter: { budget: { usd: 5 * ONE, windowMs: 10 * DAY_MS } },
        });
        const check = (): void => {
          const [{ spentUsd, reservedUsd } = { spentUsd: 1, reservedUsd: 1 }] = limiter.spending();
          expect(spentUsd + reservedUsd).toBeLessThanOrEqual(5 * ONE + 1e-12);
          expect(Math.min(spentUsd, reservedUsd)).toBeGreaterThanOrEqual(0);
        };
        const ended = calls.map(async ({ waitMs, abortMs, streamed }) => {
          await new Promise<void>((resolve) => clock.setTimeout(resolve, waitMs));
          const abort = new AbortController();
          const { signal } = abort;
          const cancel =
            abortMs === undefined ? () => {} : clock.setTimeout(() => abort.abort(), abortMs);
          const [, way] = WAYS[streamed ? 1 : 0] ?? [];
          await outcome(way?.(sdk, client, {}, { signal }) ?? Promise.resolve());
          cancel();
          check();
        });
        await clock.run(Promise.all(ended));
        await clock.run(limiter.drain());
        check();
        expect(state(limiter)[1]).toBe(0);
      },
    );
    await fc.assert(property, { numRuns: 25 });
  });
});

describe.each(sdks.filter(({ wire }) => wire === 'anthropic'))('$name: a budget', (sdk) => {
  it('pays what is written to the cache for an hour at its own price', async () => {
    const clock = createVirtualClock();
    const usage = {
      input_tokens: 1,
      cache_creation_input_tokens: 30,
      cache_creation: { ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 20 },
      output_tokens: 0,
    };
    const { fetch } = scripted(clock, json({ ...sdk.answer, usage }));
    const price = { input: 100, cacheWrite: 200, cacheWriteHour: 400, output: 0 };
    const options = { budget: { usdPerDay: 5 }, prices: { '*': price } };
    const { client, limiter } = bench(sdk, fetch, { limiter: options }, clock);
    await clock.run(sdk.ask(client));
    expect(state(limiter)).toEqual([(100 + 10 * 200 + 20 * 400) / 1e6, 0]);
  });
});
