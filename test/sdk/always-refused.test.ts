import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runAs } from '../../src/callers/run-as.ts';
import type { RateLimiterOptions } from '../../src/options.ts';
import { type Bench, json, NOTHING, outcome, refused, underWay } from './bench.ts';
import { answering, ending, LATENCY, MINUTE, SECOND, setUp } from './hosts.ts';
import { type EachSdk, sdks } from './sdks.ts';

const SDKS = sdks.filter(({ name }) => ['openai 7', 'anthropic 1'].includes(name));
const BAD = 'always refused';

/** A client of a host that refuses some calls, whatever the rate, and answers all others. */
function picky(sdk: EachSdk, no: () => Response, limiter: RateLimiterOptions = {}): Bench {
  const made = setUp(sdk, json(sdk.answer), limiter);
  answering(made, (body) => (body.includes(BAD) ? no() : json(sdk.answer)()));
  return made;
}

const bad = (): object => ({ messages: [{ role: 'user', content: BAD }] });

describe.each(SDKS)('$name: a call that its host always refuses', (sdk) => {
  it.each([
    ['that comes first', 1],
    ['of which there are five', 5],
  ])('%s holds nobody up', async (_, count) => {
    const no = refused({ 'retry-after': '1', 'retry-after-ms': '0' });
    const { client, clock, limiter } = picky(sdk, no, { limits: { rpm: 600 } });
    const refusals = Array.from({ length: count }, () =>
      ending(clock, () => sdk.ask(client, {}, bad())),
    );
    await clock.advance(2000);
    const good = Array.from({ length: 12 }, () => ending(clock, () => sdk.ask(client)));
    const ends = await clock.run(Promise.all(good));
    expect(ends.filter(({ error }) => error !== undefined)).toEqual([]);
    expect(Math.max(...ends.map(({ at }) => at))).toBeLessThanOrEqual(20 * SECOND);
    for (const { error, at } of await clock.run(Promise.all(refusals))) {
      expect(error).toBeInstanceOf(sdk.errors.RateLimitError);
      expect(at).toBeLessThanOrEqual(10 * MINUTE);
    }
    expect(underWay(limiter)).toEqual(NOTHING);
  });

  it('waits alone, while others pass without a pause', async () => {
    const { client, clock, limiter } = picky(sdk, refused(), { limits: { rpm: 600 } });
    const paused: number[] = [];
    limiter.on('paused', () => paused.push(clock.now()));
    const refusal = ending(clock, () => sdk.ask(client, {}, bad()));
    for (let i = 0; i < 60; i++) {
      await clock.advance(5 * SECOND);
      const { from, at, error } = await clock.run(ending(clock, () => sdk.ask(client)));
      expect(error).toBeUndefined();
      if (i > 0) expect(at - from).toBe(LATENCY);
    }
    expect(paused.length).toBeLessThanOrEqual(3);
    expect((await clock.run(refusal)).error).toBeInstanceOf(sdk.errors.RateLimitError);
    expect(underWay(limiter)).toEqual(NOTHING);
    expect(clock.pending).toBe(0);
  });

  it('gives its place back when it is aborted as it waits alone, and when its limiter closes', async () => {
    const { client, clock, limiter } = picky(sdk, refused());
    const abort = new AbortController();
    const aborted = outcome(sdk.ask(client, { signal: abort.signal }, bad()));
    await clock.advance(2 * SECOND);
    await clock.run(sdk.ask(client));
    expect(underWay(limiter)).toEqual({ inFlight: 0, queued: 1 });
    abort.abort();
    const [, error] = await aborted;
    expect(error).toBeInstanceOf(sdk.errors.APIUserAbortError);
    expect(underWay(limiter)).toEqual(NOTHING);
    expect(clock.pending).toBe(0);
    const left = outcome(sdk.ask(client, {}, bad()));
    await clock.advance(2 * SECOND);
    await clock.run(sdk.ask(client));
    limiter.close();
    expect(await left).toMatchObject(['failed', { code: 'closed' }]);
    await clock.run(limiter.drain());
    expect(clock.pending).toBe(0);
  });
});

/** The pauses of a host that has not answered any call yet double, up to half a minute. */
const LONGEST_PAUSE = 30 * SECOND;

it('any mix of calls that are always refused with others: the others end soon', async () => {
  const call = fc.record({
    isBad: fc.boolean(),
    atMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: MINUTE })),
    key: fc.constantFrom('a', 'b', 'c'),
    priority: fc.integer({ min: -1, max: 1 }),
  });
  const waits = fc.constantFrom({}, { 'retry-after-ms': '0' }, { 'retry-after': '1' });
  // Given: of limits that are found, refusals say something else.
  const limits = { rpm: 600 };
  const limiters = fc.constantFrom<RateLimiterOptions[]>({ limits }, { limits, concurrency: 1 });
  const property = fc.asyncProperty(
    fc.constantFrom(...SDKS),
    waits,
    limiters,
    fc.array(call, { minLength: 2, maxLength: 16 }),
    async (sdk, headers, options, calls) => {
      const { client, clock, limiter } = picky(sdk, refused(headers), options);
      const over = new AbortController();
      const all = calls.map(({ isBad, atMs, key, priority }) => {
        const { signal } = isBad ? over : new AbortController();
        const ask = () => sdk.ask(client, { signal }, isBad ? bad() : {});
        return ending(clock, () => runAs({ key, priority }, ask), atMs);
      });
      const good = await clock.run(Promise.all(all.filter((_, i) => !calls[i]!.isBad)));
      expect(good.filter(({ error }) => error !== undefined)).toEqual([]);
      const waited = good.map(({ from, at }) => at - from);
      // Each of them may be taken for a refusal of the whole host once.
      const bads = calls.filter(({ isBad }) => isBad).length;
      expect(Math.max(0, ...waited)).toBeLessThanOrEqual(MINUTE + bads * LONGEST_PAUSE);
      await clock.advance(MINUTE);
      over.abort();
      await clock.runUntilIdle();
      expect(underWay(limiter)).toEqual(NOTHING);
    },
  );
  const ask = (isBad: boolean, atMs: number, key: 'a' | 'b' | 'c', priority: number) => ({
    ...{ isBad, atMs, key, priority },
  });
  // Three of ten, of which little passes between long pauses.
  const few = [
    ...[ask(false, 58_928, 'c', 1), ask(true, 0, 'a', -1), ask(false, 55_150, 'c', 1)],
    ...[ask(false, 0, 'c', 0), ask(false, 0, 'b', 0), ask(true, 25_922, 'c', 0)],
    ...[ask(false, 55_931, 'c', 0), ask(true, 19_243, 'a', 0), ask(false, 26_955, 'c', -1)],
    ask(false, 22_889, 'b', 1),
  ];
  const examples: Parameters<
    Parameters<typeof property.run>[0] extends infer T
      ? (...all: T extends unknown[] ? T : never) => void
      : never
  >[] = SDKS.map((sdk): [EachSdk, object, RateLimiterOptions, typeof few] => [
    sdk,
    { 'retry-after': '1' },
    { limits },
    few,
  ]);
  await fc.assert(property, { numRuns: 25, examples });
}, 300_000);
