import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runAs } from '../../src/callers/run-as.ts';
import type { RateLimiter } from '../../src/limiter.ts';
import type { RateLimiterOptions } from '../../src/options.ts';
import { ProviderRefusal } from '../../src/provider-refusal.ts';
import { RateLimitExceeded } from '../../src/rate-limit-exceeded.ts';
import { json, NOTHING, refused, underWay } from './bench.ts';
import { type End, ending, MINUTE, SECOND, setUp } from './hosts.ts';
import { type EachSdk, sdks } from './sdks.ts';

const MAX_PAUSE = 10 * MINUTE;

const SDKS = sdks.filter(({ name }) => ['openai 7', 'anthropic 1'].includes(name));

function error(status: number, code: string, message = 'Zugriff nicht erlaubt.'): () => Response {
  return json({ type: 'error', error: { type: code, code, message } }, { status });
}

/** Refusals that a host repeats for ever. */
const ENDLESS: Readonly<Record<string, () => Response>> = {
  'no wait': refused(),
  'unknown words': error(429, 'E42'),
  '50 ms': refused({ 'retry-after-ms': '50' }),
  '1 s': refused({ 'retry-after': '1' }),
  '60 s': refused({ 'retry-after': '60' }),
  '9 min': refused({ 'retry-after': '540' }),
  '11 min': refused({ 'retry-after': '660' }),
  'a day': refused({}, 'Limit per day reached. Try again in 23h59m.'),
  years: refused({ 'retry-after': '315360000' }),
  'text of years': refused({}, 'Please try again in 9999h'),
  'a ramp': error(429, 'slow_down'),
  'no capacity': error(429, 'overloaded_error'),
  overloaded: error(529, 'overloaded_error'),
  // In words, because the SDKs sleep by the wall clock for what a header says.
  'unavailable for an hour': error(503, 'x', 'Please try again in 1h'),
  'unavailable for 59 s': error(503, 'x', 'Please try again in 59s'),
};

/** Whether the caller may be told that: by the SDK in its own words, or by us with what was said. */
function isExplained(sdk: EachSdk, { error }: End): boolean {
  if (error instanceof RateLimitExceeded) return error.cause instanceof ProviderRefusal;
  return error instanceof sdk.errors.APIError;
}

/** The ends that came later than a minute after the longest that a call may be held. */
function late(ends: readonly End[]): End[] {
  return ends.filter(({ from, at }) => at - from > MAX_PAUSE + MINUTE);
}

describe.each(SDKS)('$name: a host that refuses for ever', (sdk) => {
  it.each(Object.entries(ENDLESS))(
    '(%s) keeps no call for longer than it may be held',
    async (_, answer) => {
      const { client, clock, limiter, requests } = setUp(sdk, answer, { limits: { rpm: 600 } });
      const calls = Array.from({ length: 50 }, () => ending(clock, () => sdk.ask(client)));
      const ends = await clock.run(Promise.all(calls));
      expect(Math.max(...ends.map(({ at }) => at))).toBeLessThanOrEqual(MAX_PAUSE + MINUTE);
      expect(ends.filter((end) => !isExplained(sdk, end))).toEqual([]);
      expect(requests.length).toBeLessThan(120);
      await clock.runUntilIdle();
      expect(underWay(limiter)).toEqual(NOTHING);
    },
  );

  it('rejects a thousand calls in one go, and from then on lets one at a time try', async () => {
    const { client, clock, limiter, requests } = setUp(sdk, refused(), { limits: { rpm: 600 } });
    const ask = (atMs = 0) => ending(clock, () => sdk.ask(client), atMs);
    const ends = await clock.run(Promise.all(Array.from({ length: 1000 }, () => ask())));
    const last = Math.max(...ends.map(({ at }) => at));
    expect(last).toBeLessThanOrEqual(MAX_PAUSE);
    const own = ends.filter(({ error }) => error instanceof sdk.errors.RateLimitError);
    expect(own.length).toBeGreaterThan(5);
    const tried = requests.length;
    const later = await clock.run(Promise.all(Array.from({ length: 20 }, () => ask())));
    // One of them has tried, when the pause was over, and that was that for all.
    expect(requests.length - tried).toBe(1);
    expect(Math.max(...later.map(({ at }) => at)) - last).toBeLessThanOrEqual(31 * SECOND);
    expect(later.filter(({ error }) => error instanceof sdk.errors.RateLimitError)).toHaveLength(1);
    expect(underWay(limiter)).toEqual(NOTHING);
  });

  it.each<[string, (limiter: RateLimiter, turn: number) => void]>([
    ['new limits', (limiter, turn) => limiter.configure({ limits: { rpm: 600 + turn } })],
    ['resume()', (limiter) => limiter.resume()],
    ['short pauses', (limiter) => limiter.pause({ forMs: 20 * SECOND })],
  ])(
    'keeps no call for longer where an operator interferes again and again: %s',
    async (_, act) => {
      for (const name of ['no wait', '60 s', '9 min']) {
        const { client, clock, limiter } = setUp(sdk, ENDLESS[name]!, { limits: { rpm: 600 } });
        for (let turn = 1; turn <= 20; turn++) {
          clock.setTimeout(() => act(limiter, turn), 3 * turn * MINUTE);
        }
        const calls = Array.from({ length: 20 }, () => ending(clock, () => sdk.ask(client)));
        expect(late(await clock.run(Promise.all(calls)))).toEqual([]);
        await clock.runUntilIdle();
        expect(underWay(limiter)).toEqual(NOTHING);
      }
    },
  );

  it('lets a call go as ever that comes when it was quiet for a while', async () => {
    let isWell = false;
    const answer = (): Response => (isWell ? json(sdk.answer) : refused())();
    const { client, clock } = setUp(sdk, answer);
    await clock.run(ending(clock, () => sdk.ask(client)));
    await clock.advance(30 * MINUTE);
    const { at, from, error } = await clock.run(
      ending(clock, () => {
        const call = sdk.ask(client);
        clock.setTimeout(() => {
          isWell = true;
        }, 5 * MINUTE);
        return call;
      }),
    );
    // The refusals of half an hour ago are not held against it.
    expect(error).toBeUndefined();
    expect(at - from).toBeLessThan(5.6 * MINUTE);
  });
});

it('whatever is refused for ever, to whomever: each call ends within a minute after maxPauseMs', async () => {
  const call = fc.record({
    atMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 20 * MINUTE })),
    key: fc.constantFrom('a', 'b', 'c'),
    priority: fc.integer({ min: -1, max: 1 }),
    maxRetries: fc.constantFrom(0, 1, 2, 5),
    abortedAfterMs: fc.option(fc.integer({ min: 0, max: 12 * MINUTE }), { freq: 8 }),
  });
  const limiters = fc.constantFrom<RateLimiterOptions[]>(
    {},
    { limits: { rpm: 600 } },
    { limits: { rpm: 6, tpm: 1000 }, concurrency: 2 },
  );
  const refusals = fc.array(fc.constantFrom(...Object.keys(ENDLESS)), {
    minLength: 1,
    maxLength: 3,
  });
  const property = fc.asyncProperty(
    fc.constantFrom(...SDKS),
    limiters,
    refusals,
    fc.array(call, { minLength: 1, maxLength: 25 }),
    async (sdk, options, names, calls) => {
      let asked = 0;
      const answer = (): Response => ENDLESS[names[asked++ % names.length]!]!();
      const { client, clock, limiter } = setUp(sdk, answer, options);
      const ends = calls.map(({ atMs, key, priority, maxRetries, abortedAfterMs }) => {
        const abort = new AbortController();
        if (abortedAfterMs !== null) clock.setTimeout(() => abort.abort(), atMs + abortedAfterMs);
        const ask = () => sdk.ask(client, { maxRetries, signal: abort.signal });
        return ending(clock, () => runAs({ key, priority }, ask), atMs);
      });
      const all = await clock.run(Promise.all(ends));
      expect(late(all)).toEqual([]);
      await clock.runUntilIdle();
      expect(underWay(limiter)).toEqual(NOTHING);
    },
  );
  await fc.assert(property, { numRuns: 40 });
}, 300_000);
