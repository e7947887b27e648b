import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import type { RateLimiterOptions } from '../../src/options.ts';
import { createSimulator, createVirtualClock, type LogEntry } from '../../src/testing/index.ts';
import { withRateLimit } from '../../src/with-rate-limit.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WAIT = / Please try again in \S+s\./;

interface Host {
  readonly rpd: number;
  /** Whether refusals say when the next call may go. */
  readonly saysWhen?: boolean;
}

/** A host whose refusals alone state its limits, at ten in the evening: its day ends at midnight. */
function lane({ rpd, saysWhen = true }: Host, options: RateLimiterOptions = {}) {
  const clock = createVirtualClock({ start: DAY - 2 * HOUR });
  const limits = { rpm: 600, rpd };
  const simulator = createSimulator({
    ...{ clock, limits, enforcement: 'fixed', countFailed: false, latency: 200 },
  });
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const answer = await simulator.fetch(input, init);
    const { status } = answer;
    const text = await answer.text();
    const headers = { 'content-type': 'application/json' };
    return new Response(saysWhen ? text : text.replace(WAIT, ''), { status, headers });
  };
  const bare = new OpenAI({ apiKey: 'any', baseURL: 'https://host.example/v1', fetch });
  const client = withRateLimit(bare, { clock, ...options });
  const messages = [{ role: 'user' as const, content: 'hi' }];
  /** When it was answered; `undefined` where it failed. */
  const ask = (): Promise<number | undefined> =>
    client.chat.completions.create({ model: 'm', max_tokens: 5, messages }).then(
      () => clock.now(),
      () => undefined,
    );
  const several = (count: number) => Array.from({ length: count }, ask);
  return { clock, simulator, ask, several };
}

const refused = (log: readonly LogEntry[]): number => log.filter((each) => !each.admitted).length;
const HOSTS: [string, Pick<Host, 'saysWhen'>, RateLimiterOptions][] = [
  ['that say when', { saysWhen: true }, {}],
  ['that say nothing else', { saysWhen: false }, {}],
  ['that say when, below given limits', { saysWhen: true }, { limits: { rpm: 600 } }],
  ['that say nothing else, below given limits', { saysWhen: false }, { limits: { rpm: 600 } }],
];

describe.each(HOSTS)('a day’s limit that is stated by refusals %s', (_, host, options) => {
  it('holds no call back when a new day has begun', async () => {
    const { clock, several } = lane({ rpd: 20, ...host }, options);
    const before = several(25);
    await clock.advance(2.5 * HOUR);
    const from = clock.now();
    const ends = await clock.run(Promise.all(several(10)));
    await clock.run(Promise.all(before));
    for (const end of ends) expect((end ?? DAY * 9) - from).toBeLessThan(MINUTE);
  });

  it('is used up each day, and a few calls are refused in each hour of it', async () => {
    const { clock, simulator, ask } = lane({ rpd: 20, ...host }, options);
    const calls: Promise<unknown>[] = [];
    for (let minute = 0; minute < 50 * 60; minute++) {
      calls.push(ask());
      await clock.advance(MINUTE);
    }
    await clock.run(Promise.all(calls));
    const { log } = simulator;
    for (const day of [0, 1, 2]) {
      const ofDay = log.filter(({ time }) => Math.floor(time / DAY) === day);
      expect(ofDay.length - refused(ofDay)).toBe(20);
    }
    const hours = Array.from({ length: 50 }, (_, hour) => hour + 22).map((hour) =>
      refused(log.filter(({ time }) => Math.floor(time / HOUR) === hour)),
    );
    // Once in each of the three days calls are held for a refusal and repeated, for ten minutes.
    expect(hours.filter((refusals) => refusals > 2).length).toBeLessThanOrEqual(3);
    expect(Math.max(...hours)).toBeLessThanOrEqual(20);
  });

  it('is exceeded an hour after the last refusal at most, where it has grown', async () => {
    const { clock, simulator, several } = lane({ rpd: 20, ...host }, options);
    const before = several(25);
    await clock.advance(3 * HOUR);
    simulator.setLimits({ rpm: 600, rpd: 1000 });
    const from = clock.now();
    const ends = await clock.run(Promise.all(several(300)));
    await clock.run(Promise.all(before));
    expect(Math.max(...ends.map((end) => (end ?? DAY * 9) - from))).toBeLessThan(HOUR + 5 * MINUTE);
    expect(refused(simulator.log)).toBeLessThanOrEqual(20);
    // And then holds nothing back.
    await clock.advance(HOUR);
    const again = clock.now();
    const later = await clock.run(Promise.all(several(100)));
    expect(Math.max(...later.map((end) => (end ?? DAY * 9) - again))).toBeLessThan(MINUTE);
  });
});

it('refused calls are not used up of a day’s limit that was learned', async () => {
  const { clock, several, simulator } = lane({ rpd: 20, saysWhen: false });
  const before = several(25);
  await clock.advance(4 * MINUTE);
  expect(refused(simulator.log)).toBeGreaterThan(5);
  // The host is well again before its day is over.
  simulator.setLimits({ rpm: 600, rpd: 40 });
  await clock.run(Promise.all(before));
  const from = clock.now();
  const ends = await clock.run(Promise.all(several(10)));
  for (const end of ends) expect((end ?? DAY) - from).toBeLessThan(MINUTE);
});
