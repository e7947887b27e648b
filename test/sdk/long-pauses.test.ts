import { describe, expect, it } from 'vitest';
import { ProviderRefusal } from '../../src/provider-refusal.ts';
import { RateLimitExceeded } from '../../src/rate-limit-exceeded.ts';
import { json, NOTHING, outcome, refused, underWay } from './bench.ts';
import { answering, ending, MINUTE, setUp } from './hosts.ts';
import { sdks } from './sdks.ts';

const SDKS = sdks.filter(({ name }) => ['openai 7', 'anthropic 1'].includes(name));
const HOUR = 60 * MINUTE;

describe.each(SDKS)('$name: a pause that is longer than calls may wait', (sdk) => {
  const forms: [string, () => Response][] = [
    ['a day', refused({ 'retry-after': '86400' })],
    ['a day of a daily limit', refused({}, 'Limit per day reached. Try again in 23h59m.')],
    ['ten years', refused({ 'retry-after': '315360000' })],
    ['1e15 ms', refused({ 'retry-after-ms': '1000000000000000' })],
    ['the year 9999', refused({ 'retry-after': 'Fri, 31 Dec 9999 23:59:59 GMT' })],
    ['9999 h in words', refused({}, 'Rate limit reached. Please try again in 9999h.')],
    [
      'a reset in 99999999 h',
      refused({
        'x-ratelimit-limit-requests': '500',
        'x-ratelimit-remaining-requests': '0',
        'x-ratelimit-reset-requests': '99999999h',
      }),
    ],
  ];

  it.each(forms)('(%s) is over when its host is well again', async (_, no) => {
    const made = setUp(sdk, no, { limits: { rpm: 600 } });
    const { client, clock, limiter } = made;
    const refusal = clock.run(outcome(sdk.ask(client)));
    answering(made, () => (clock.now() < 5 * MINUTE ? no : json(sdk.answer))());
    await refusal;
    await clock.advance(61 * MINUTE);
    const { error, from, at } = await clock.run(ending(clock, () => sdk.ask(client)));
    expect(error).toBeUndefined();
    expect(at - from).toBeLessThan(MINUTE);
    expect((await clock.run(ending(clock, () => sdk.ask(client)))).error).toBeUndefined();
    expect(underWay(limiter)).toEqual(NOTHING);
  });

  it('is tried once more soon, then each ten minutes, by one call; all others are told when it ends', async () => {
    const { client, clock, limiter, requests } = setUp(sdk, refused({ 'retry-after': '86400' }));
    const told: unknown[] = [];
    for (let i = 0; i < 45; i++) {
      const calls = [1, 2, 3].map(() => outcome(sdk.ask(client, { maxRetries: 0 })));
      for (const [, error] of await clock.run(Promise.all(calls))) told.push(error);
      await clock.advance(MINUTE);
    }
    const minutes = requests.map((at) => Math.floor(at / MINUTE));
    expect(minutes).toEqual([0, 0, 10, 20, 30, 40]);
    const ours = told.filter((error) => error instanceof RateLimitExceeded);
    expect(ours).toHaveLength(3 * 45 - requests.length);
    expect(
      ours.every(({ cause }) => cause instanceof ProviderRefusal && cause.status === 429),
    ).toBe(true);
    expect(ours.at(-1)?.waitMs).toBeGreaterThan(23 * HOUR);
    expect(underWay(limiter)).toEqual(NOTHING);
    expect(clock.pending).toBe(0);
  });

  it('is tried at once after configure()', async () => {
    let isWell = false;
    const answer = (): Response =>
      (isWell ? json(sdk.answer) : refused({ 'retry-after': '86400' }))();
    const { client, clock, limiter } = setUp(sdk, answer);
    // Two responses say so.
    await clock.run(outcome(sdk.ask(client)));
    await clock.run(outcome(sdk.ask(client)));
    isWell = true;
    expect(await clock.run(outcome(sdk.ask(client)))).toMatchObject([
      'failed',
      { reason: 'paused' },
    ]);
    limiter.configure({ limits: { rpm: 600 } });
    expect(await clock.run(outcome(sdk.ask(client)))).toMatchObject(['ok', sdk.answer]);
  });
});

describe.each(SDKS)('$name: a host that is overloaded for an hour, as it says', (sdk) => {
  it('is tried again as often as by the SDK alone', async () => {
    let asked = 0;
    // In words, because the SDKs sleep by the wall clock for what a header says.
    const no = json({ error: { message: 'Please try again in 1h' } }, { status: 503 });
    const answer = (): Response => (++asked < 3 ? no : json(sdk.answer))();
    const { client, clock } = setUp(sdk, answer);
    const { error, at } = await clock.run(ending(clock, () => sdk.ask(client)));
    expect(error).toBeUndefined();
    expect(at).toBeLessThan(5000);
  });

  it('is the SDK’s error where others have closed the lane meanwhile', async () => {
    const no = json({ error: { message: 'Busy' } }, { status: 503 });
    const made = setUp(sdk, no);
    const { client, clock, limiter } = made;
    const first = outcome(sdk.ask(client));
    await clock.advance(500);
    answering(made, () => refused({ 'retry-after': '86400' })());
    limiter.configure({ maxPauseMs: 0 });
    const [, error] = await clock.run(first);
    expect(error).toBeInstanceOf(sdk.errors.InternalServerError);
    expect(underWay(limiter)).toEqual(NOTHING);
  });
});

describe.each(SDKS)('$name: x-should-retry', (sdk) => {
  const spent = {
    error: { message: 'Spent', type: 'insufficient_quota', code: 'insufficient_quota' },
  };
  it.each([
    ['true', 429, spent, 3],
    ['false', 429, spent, 1],
    ['false', 429, {}, 1],
    ['false', 503, {}, 1],
    ['true', 503, {}, 3],
    ['true', 400, {}, 3],
  ])('%s is obeyed with %d: %o is sent %d times', async (should, status, body, times) => {
    const no = json({ type: 'error', ...body }, { status, headers: { 'x-should-retry': should } });
    const { client, clock, requests } = setUp(sdk, no);
    await clock.run(outcome(sdk.ask(client)));
    expect(requests).toHaveLength(times);
  });
});
