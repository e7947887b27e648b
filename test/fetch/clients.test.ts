import { describe, expect, it } from 'vitest';
import { createRateLimiter } from '../../src/limiter.ts';
import { rateLimitedFetch } from '../../src/rate-limited-fetch.ts';
import { createSimulator, createVirtualClock } from '../../src/testing/index.ts';
import { withRateLimit } from '../../src/with-rate-limit.ts';
import { inNoTime, json, NOTHING, refused, scripted, underWay } from '../sdk/bench.ts';
import { type Chunks, type EachSdk, type Fetch, sdks } from '../sdk/sdks.ts';

const SLOW = { limits: { rpm: 60 }, headroom: 0, enforcement: 'slices', burstSeconds: 1 } as const;

function bench(sdk: EachSdk, options: object = SLOW) {
  const clock = createVirtualClock();
  const simulator = createSimulator({ provider: sdk.provider, clock });
  const limiter = createRateLimiter({ clock, ...options });
  return {
    clock,
    simulator,
    limiter,
    fetch: rateLimitedFetch({ limiter, fetch: simulator.fetch }),
  };
}

/** Reads a stream to its end. */
async function read(stream: PromiseLike<Chunks>): Promise<number> {
  let chunks = 0;
  for await (const _ of await stream) chunks++;
  return chunks;
}

describe.each(sdks)('a bare client of $name with a limited fetch', (sdk) => {
  it('is limited', async () => {
    const { clock, simulator, limiter, fetch } = bench(sdk);
    const client = sdk.make({ fetch });
    const ask = (): Promise<unknown> => sdk.ask(client);
    await clock.run(Promise.all([ask(), ask(), ask()]));
    await clock.run(read(sdk.stream(client)));
    expect(simulator.log.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(limiter.snapshot()[0]?.totals).toMatchObject({ calls: 4, refused: 0 });
    expect(clock.now()).toBeGreaterThan(2900);
    expect(underWay(limiter)).toEqual(NOTHING);
  });

  it('has the same chunks in a stream as without it', async () => {
    const { clock, simulator, fetch } = bench(sdk);
    const bare = await clock.run(read(sdk.stream(sdk.make({ fetch: simulator.fetch }))));
    expect(await clock.run(read(sdk.stream(sdk.make({ fetch }))))).toBe(bare);
  });

  it('gets the answer after a 429, without using its own retries', async () => {
    const clock = createVirtualClock();
    const answer = json(sdk.answer);
    const { fetch: base, seen } = scripted(clock, refused({ 'retry-after': '7' }), answer);
    const limiter = createRateLimiter({ clock });
    const client = sdk.make({ fetch: rateLimitedFetch({ limiter, fetch: base }), maxRetries: 0 });
    expect(await clock.run(sdk.ask(client))).toMatchObject(sdk.answer);
    expect(seen.map(({ at }) => at)).toEqual([0, 7000]);
  });

  it('does not multiply refusals: what is final here is final for the SDK', async () => {
    const clock = createVirtualClock();
    const error = { message: 'You exceeded your current quota', code: 'insufficient_quota' };
    const { fetch: base, seen } = scripted(clock, json({ error }, { status: 429 }));
    const limiter = createRateLimiter({ clock });
    const client = inNoTime(sdk.make({ fetch: rateLimitedFetch({ limiter, fetch: base }) }), clock);
    await clock.run(expect(sdk.ask(client)).rejects.toBeInstanceOf(sdk.errors.RateLimitError));
    expect(seen).toHaveLength(1);
  });
});

describe.each(sdks)('a wrapped client of $name with a limited fetch of its limiter', (sdk) => {
  const around: [string, (fetch: Fetch) => Fetch][] = [
    ['itself', (fetch) => fetch],
    ['in a function', (fetch) => (input, init) => fetch(input, init)],
    [
      'in a function that waits and copies',
      (fetch) => async (input, init) => {
        await Promise.resolve().then(() => {});
        return fetch(String(input), { ...init, headers: new Headers(init?.headers) });
      },
    ],
    ['wrapped twice', (fetch) => fetch],
  ];

  it.each(around)('counts each call once: %s', async (name, wrap) => {
    const { clock, simulator, limiter, fetch } = bench(sdk, {});
    const twice = name === 'wrapped twice' ? rateLimitedFetch({ limiter, fetch }) : fetch;
    const client = withRateLimit(sdk.make({ fetch: wrap(twice) }), { limiter });
    await clock.run(Promise.all([sdk.ask(client), read(sdk.stream(client))]));
    expect(simulator.log).toHaveLength(2);
    expect(limiter.snapshot().map(({ totals }) => totals.calls)).toEqual([2]);
    await clock.run(twice('https://api.openai.com/v1/models'));
    expect(underWay(limiter)).toEqual(NOTHING);
  });

  it('counts the same call in another limiter', async () => {
    const { clock, limiter, fetch } = bench(sdk, {});
    const other = createRateLimiter({ clock });
    await clock.run(sdk.ask(withRateLimit(sdk.make({ fetch }), { limiter: other })));
    expect([limiter, other].map((each) => each.snapshot()[0]?.totals.calls)).toEqual([1, 1]);
  });

  it('counts a call that is begun on the way, and made later', async () => {
    const { clock, simulator, limiter, fetch } = bench(sdk, {});
    let begin = (): void => {};
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const later: Promise<Response>[] = [];
    const base: Fetch = (input, init) => {
      later.push(begun.then(() => fetch(String(input), init)));
      return simulator.fetch(input, init);
    };
    await clock.run(sdk.ask(withRateLimit(sdk.make({ fetch: base }), { limiter })));
    expect(limiter.snapshot().map(({ totals }) => totals.calls)).toEqual([1]);
    begin();
    await clock.run(Promise.all(later));
    expect(limiter.snapshot().map(({ totals }) => totals.calls)).toEqual([2]);
  });

  it('counts every attempt of a fetch below that sends more than one', async () => {
    const { clock, limiter, fetch } = bench(sdk, {});
    const twice: Fetch = async (input, init) => {
      await (await fetch(input, init)).text();
      return fetch(input, init);
    };
    await clock.run(sdk.ask(withRateLimit(sdk.make({ fetch: twice }), { limiter })));
    expect(limiter.snapshot().map(({ totals }) => totals.calls)).toEqual([2]);
  });
});
