import { describe, expect, it } from 'vitest';
import { RateLimitExceeded } from '../../src/rate-limit-exceeded.ts';
import {
  bench,
  broken,
  described,
  json,
  NOTHING,
  outcome,
  refused,
  scripted,
  simulated,
  underWay,
} from './bench.ts';
import { sdks } from './sdks.ts';
import { all } from './side-by-side.ts';

const START = Date.UTC(2026, 0, 1);

describe.each(sdks)('$name: a 429', (sdk) => {
  const answer = json(sdk.answer);
  const times = (seen: readonly { at: number }[]): number[] => seen.map(({ at }) => at);

  const waits: [string, () => Response, number][] = [
    ['retry-after-ms', refused({ 'retry-after-ms': '1500' }), 1500],
    ['retry-after in seconds', refused({ 'retry-after': '7' }), 7000],
    [
      'retry-after-ms over retry-after',
      refused({ 'retry-after-ms': '900', 'retry-after': '1' }),
      900,
    ],
    ['retry-after as a date', refused({ 'retry-after': 'Thu, 01 Jan 1970 00:00:20 GMT' }), 20_000],
    ['retry-after of ten minutes', refused({ 'retry-after': '600' }), 600_000],
    ['the wait in the body', refused({}, 'Rate limit reached. Please try again in 6.5s.'), 6500],
    [
      'the reset of the limit that is used up',
      refused({
        'x-ratelimit-limit-requests': '10',
        'x-ratelimit-remaining-requests': '0',
        'x-ratelimit-reset-requests': '12s',
        'x-ratelimit-limit-tokens': '1000',
        'x-ratelimit-remaining-tokens': '900',
        'x-ratelimit-reset-tokens': '30s',
      }),
      12_000,
    ],
  ];

  it.each(waits)('pauses its lane for %s', async (_, refusal, waitMs) => {
    const { clock, client, limiter } = await started();
    const { fetch, seen } = scripted(clock, refusal, answer);
    client.fetch = fetch;
    await clock.run(sdk.ask(client));
    expect(times(seen)).toEqual([0, waitMs]);
    expect(limiter.snapshot()[0]?.totals).toMatchObject({ calls: 2, refused: 1, pausedMs: waitMs });
    expect(clock.pending).toBe(0);
  });

  async function started() {
    return bench(sdk, () => Promise.reject(new Error('Not scripted')));
  }

  it('does not use up the retries: four pass under maxRetries 1 with five requests', async () => {
    const { clock, client, limiter } = await started();
    const wait = refused({ 'retry-after-ms': '100' });
    const { fetch, seen } = scripted(clock, wait, wait, wait, wait, answer);
    client.fetch = fetch;
    client.maxRetries = 1;
    expect(await clock.run(sdk.ask(client))).toMatchObject(sdk.answer);
    expect(seen).toHaveLength(5);
    expect(seen.map(({ headers }) => headers['x-stainless-retry-count'])).toEqual([
      '0',
      '1',
      '2',
      '3',
      '4',
    ]);
    expect(underWay(limiter)).toEqual(NOTHING);
  });

  it.each([
    ['after the last retry was spent on a 500', ['500', '429', 'ok'], ['0', '1', '2']],
    ['before a retry', ['429', '500', 'ok'], ['0', '1', '2']],
    ['around a retry', ['429', '500', '429', '429', 'ok'], ['0', '1', '2', '3', '4']],
  ] as const)('passes %s under maxRetries 1', async (_, script, counts) => {
    const { clock, client } = await started();
    const answers = { '429': refused({ 'retry-after-ms': '100' }), '500': broken(), ok: answer };
    const { fetch, seen } = scripted(clock, ...script.map((name) => answers[name]));
    client.fetch = fetch;
    client.maxRetries = 1;
    expect(await clock.run(sdk.ask(client))).toMatchObject(sdk.answer);
    expect(seen.map(({ headers }) => headers['x-stainless-retry-count'])).toEqual(counts);
  });

  it('leaves 500s their own count, however many 429s there were', async () => {
    const { clock, client } = await started();
    const wait = refused({ 'retry-after-ms': '100' });
    const { fetch, seen } = scripted(clock, wait, broken(), wait, broken(), answer);
    client.fetch = fetch;
    client.maxRetries = 1;
    const [, error] = await clock.run(outcome(sdk.ask(client)));
    expect(error).toBeInstanceOf(sdk.errors.InternalServerError);
    expect(seen).toHaveLength(4);
  });

  it.each([
    ['the caller', { headers: { 'X-Stainless-Retry-Count': '0' } }, {}],
    ['the client', {}, { defaultHeaders: { 'x-stainless-retry-count': '0' } }],
  ])('leaves the retry count alone that %s has set', async (_, call, made) => {
    const { clock, client } = bench(sdk, fetch, { client: made });
    const { fetch: server, seen } = scripted(clock, refused({ 'retry-after-ms': '100' }), answer);
    client.fetch = server;
    await clock.run(sdk.ask(client, call));
    expect(seen.map(({ headers }) => headers['x-stainless-retry-count'])).toEqual(['0', '0']);
  });

  it('counts on where a call allows more retries than the client', async () => {
    const { clock, client } = await started();
    const wait = refused({ 'retry-after-ms': '100' });
    const { fetch, seen } = scripted(clock, broken(), broken(), broken(), broken(), wait, answer);
    client.fetch = fetch;
    client.maxRetries = 1;
    await clock.run(sdk.ask(client, { maxRetries: 4 }));
    expect(seen.at(-1)?.headers['x-stainless-retry-count']).toBe('5');
  });

  it.each([
    ['client', { maxRetries: 0 }, {}],
    ['call', {}, { maxRetries: 0 }],
  ])('is the SDK’s RateLimitError at once under maxRetries 0 of the %s', async (_, made, call) => {
    const { clock, client, bare, limiter } = bench(sdk, fetch, { client: made });
    const { fetch: server, seen } = scripted(clock, refused({ 'retry-after': '9', 'x-own': 'a' }));
    client.fetch = server;
    bare.fetch = server;
    const [, error] = await clock.run(outcome(sdk.ask(client, call)));
    expect(clock.now()).toBe(0);
    expect(error).toBeInstanceOf(sdk.errors.RateLimitError);
    expect(described(error)).toEqual(described((await outcome(sdk.ask(bare, call)))[1]));
    expect(seen).toHaveLength(2);
    expect(limiter.snapshot()[0]?.pausedUntil).toBe(9000);
    await clock.runUntilIdle();
    expect(underWay(limiter)).toEqual(NOTHING);
  });

  it('is obeyed where the provider says not to try again', async () => {
    const { clock, client } = await started();
    const { fetch, seen } = scripted(clock, refused({ 'x-should-retry': 'false' }), answer);
    client.fetch = fetch;
    const [, error] = await clock.run(outcome(sdk.ask(client)));
    expect(error).toBeInstanceOf(sdk.errors.RateLimitError);
    expect(seen).toHaveLength(1);
  });

  it('that is longer than maxPauseMs fails its caller as the SDK does, and others with the time', async () => {
    const { clock, client, limiter } = bench(sdk, fetch, {
      limiter: { maxPauseMs: 60_000, concurrency: 1, limits: { rpm: 600, tpd: 1_000_000 } },
    });
    const { fetch: server, seen } = scripted(clock, refused({ 'retry-after': '90' }), answer);
    client.fetch = server;
    const [first, queued] = await clock.run(
      Promise.all([outcome(sdk.ask(client)), outcome(sdk.ask(client))]),
    );
    const [, late] = await clock.run(outcome(sdk.ask(client)));
    expect(clock.now()).toBe(0);
    expect(first[1]).toBeInstanceOf(sdk.errors.RateLimitError);
    for (const error of [queued[1], late]) {
      expect(error).toBeInstanceOf(RateLimitExceeded);
      const evidence = { waitMs: 90_000, resetAt: 90_000, limit: 600, remaining: 0 };
      expect(error).toMatchObject({ reason: 'paused', ...evidence });
    }
    expect(seen).toHaveLength(1);
    // Nobody waits, so no timer keeps the process alive until then.
    expect(clock.pending).toBe(0);
    await clock.advance(90_000);
    expect(await clock.run(sdk.ask(client))).toMatchObject(sdk.answer);
    expect(underWay(limiter)).toEqual(NOTHING);
  });

  it('is given up once a call was refused for longer than maxPauseMs in all', async () => {
    const { clock, client } = bench(sdk, fetch, { limiter: { maxPauseMs: 60_000 } });
    const { fetch: server, seen } = scripted(clock, refused({ 'retry-after': '25' }));
    client.fetch = server;
    const [, error] = await clock.run(outcome(sdk.ask(client)));
    expect(error).toBeInstanceOf(sdk.errors.RateLimitError);
    expect(times(seen)).toEqual([0, 25_000, 50_000]);
  });

  const final: [string, () => Response][] = [
    [
      'insufficient_quota',
      json(
        {
          type: 'error',
          error: {
            message: 'Spent',
            type: 'insufficient_quota',
            code: 'insufficient_quota',
            param: null,
          },
        },
        { status: 429, headers: { 'x-own': 'a', 'retry-after': '1' } },
      ),
    ],
    [
      'too large',
      json(
        {
          type: 'error',
          error: {
            message:
              'Request too large for gpt-4o on tokens per min (TPM): Limit 10, Requested 20.',
            type: 'tokens',
            code: 'rate_limit_exceeded',
            param: null,
          },
        },
        { status: 429, headers: { 'x-own': 'a', 'content-encoding': 'identity' } },
      ),
    ],
  ];

  it.each(final)(
    'for good (%s) reaches the caller at once, as the SDK’s own error',
    async (_, no) => {
      const { clock, client, bare, limiter } = await started();
      const { fetch, seen } = scripted(clock, no);
      client.fetch = fetch;
      const [, error] = await clock.run(outcome(sdk.ask(client)));
      expect(clock.now()).toBe(0);
      expect(seen).toHaveLength(1);
      expect(error).toBeInstanceOf(sdk.errors.RateLimitError);
      bare.fetch = fetch;
      const [, plain] = await outcome(sdk.ask(bare, { maxRetries: 0 }));
      expect(described(error)).toEqual(described(plain));
      expect(limiter.snapshot()[0]?.pausedUntil).toBeUndefined();
      expect(underWay(limiter)).toEqual(NOTHING);
    },
  );

  it('of many calls is one pause, and goes on with a probe', async () => {
    const { clock, client, limiter } = bench(sdk, () => Promise.reject(new Error('Not scripted')), {
      limiter: { limits: { rpm: 60_000 }, enforcement: 'bucket' },
    });
    const paused: number[] = [];
    limiter.on('paused', ({ until }) => paused.push(until));
    const opensAt = 5000;
    const { fetch, seen } = scripted(clock, () => {
      const response = clock.now() < opensAt ? refused({ 'retry-after': '5' }) : answer;
      return response();
    });
    client.fetch = async (input, init) => {
      const response = await fetch(input, init);
      await new Promise<void>((resolve) => clock.setTimeout(resolve, 100));
      return response;
    };
    await clock.run(Promise.all(Array.from({ length: 8 }, () => sdk.ask(client))));
    expect(paused).toEqual([5100]);
    // Eight at once; then the probe, whose answer lets the others go at the lane's rate.
    expect(times(seen)).toEqual([
      ...Array(8).fill(0),
      ...[5100, 5200, 5200, 5200, 5200, 5200, 5200, 5200],
    ]);
    expect(underWay(limiter)).toEqual(NOTHING);
    expect(clock.pending).toBe(0);
  });

  it.each([503, 529])('’s kin %d backs off, and says nothing of the limits', async (status) => {
    const { clock, client, limiter } = bench(sdk, fetch, {
      limiter: { limits: { rpm: 60, tpm: 100_000 }, enforcement: 'bucket', headroom: 0 },
    });
    const paused: [string, number][] = [];
    limiter.on('paused', ({ cause, until }) => paused.push([cause, until]));
    const { fetch: server, seen } = scripted(clock, broken(status), answer);
    client.fetch = server;
    await clock.run(sdk.ask(client));
    expect(paused).toEqual([['capacity', 1000]]);
    expect(times(seen)).toEqual([0, 1000]);
    const [lane] = limiter.snapshot();
    // One request of 60 was taken, and a second has passed.
    expect(lane?.limits.find(({ dimension }) => dimension === 'requests')?.level).toBe(59);
  });

  it('of the first in line keeps its place there', async () => {
    const { clock, client } = bench(sdk, fetch, { limiter: { concurrency: 1 } });
    const { fetch: server, seen } = scripted(clock, refused({ 'retry-after': '5' }), answer);
    client.fetch = server;
    const names = ['a', 'b', 'c'].map((name) => ({ headers: { 'x-name': name } }));
    await clock.run(Promise.all(names.map((options) => sdk.ask(client, options))));
    expect(seen.map(({ headers }) => headers['x-name'])).toEqual(['a', 'a', 'b', 'c']);
  });

  it('is over as soon as the probe is answered, though it streams for long', async () => {
    const { clock, client, simulator } = simulated(
      sdk,
      { faults: ['slow-down'], latency: { firstByteMs: 500, perTokenMs: 1000 } },
      { limiter: { concurrency: 2 } },
    );
    const streams = [1, 2, 3, 4].map(() => sdk.stream(client).then(all));
    await clock.run(Promise.all(streams));
    const [refusal, ...others] = simulator.log;
    const pausedUntil = others.find(({ time }) => time >= 60_000)?.time ?? 0;
    const after = others.filter(({ time }) => time >= pausedUntil);
    expect(refusal?.status).toBe(429);
    // The probe, and one more at its first byte, seconds before its end.
    expect(after.slice(0, 2).map(({ time }) => time - pausedUntil)).toEqual([0, 500]);
  });

  it.each([503, 529])('’s kin %d uses up the retries', async (status) => {
    const { clock, client } = await started();
    const { fetch, seen } = scripted(clock, broken(status));
    client.fetch = fetch;
    client.maxRetries = 2;
    const [, error] = await clock.run(outcome(sdk.ask(client)));
    expect(error).toBeInstanceOf(sdk.errors.InternalServerError);
    // The backoff doubles; the SDK's own sleeps are no time here.
    expect(times(seen)).toEqual([0, 1000, 3000]);
  });

  it('whose body never ends still pauses', async () => {
    const { clock, client, limiter } = await started();
    const stalled = (): Response =>
      new Response(new ReadableStream(), { status: 429, headers: { 'retry-after': '30' } });
    const { fetch, seen } = scripted(clock, stalled, answer);
    client.fetch = fetch;
    await clock.run(sdk.ask(client));
    expect(times(seen)).toEqual([0, 40_000]);
    expect(underWay(limiter)).toEqual(NOTHING);
    expect(clock.pending).toBe(0);
  });
});

describe('a wait until a date', () => {
  it.each(sdks)('$name: is relative to the clock', async (sdk) => {
    const { createVirtualClock } = await import('../../src/testing/index.ts');
    const clock = createVirtualClock({ start: START });
    const { client } = bench(sdk, fetch, {}, clock);
    const date = new Date(START + 75_000).toUTCString();
    const { fetch: server, seen } = scripted(
      clock,
      refused({ 'retry-after': date }),
      json(sdk.answer),
    );
    client.fetch = server;
    await clock.run(sdk.ask(client));
    expect(seen.map(({ at }) => at - START)).toEqual([0, 75_000]);
  });
});
