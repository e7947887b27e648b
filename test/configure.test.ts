import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Caller } from '../src/callers/caller.ts';
import { BudgetSpent, CallTooLarge, QueueFull } from '../src/errors.ts';
import { createRateLimiter, type RateLimiter } from '../src/limiter.ts';
import type { Cost } from '../src/model/limits.ts';
import type { RateLimiterOptions } from '../src/options.ts';
import { knownPrice } from '../src/providers/known-price.ts';
import type { Preset } from '../src/providers/preset.ts';
import { createVirtualClock, type VirtualClock } from '../src/testing/index.ts';
import { FastClock } from './support/fast-clock.ts';
import { greatestIn } from './support/schedule.ts';
import { Trace } from './support/trace.ts';

const MINUTE = 60_000;
const bucket = { headroom: 0, enforcement: 'bucket' } as const;

interface Setup {
  readonly clock: VirtualClock;
  readonly limiter: RateLimiter;
  readonly trace: Trace;
  start(name: string, cost?: Cost): void;
}

function setup(options: RateLimiterOptions): Setup {
  const clock = createVirtualClock();
  const limiter = createRateLimiter({ clock, ...bucket, ...options });
  const trace = new Trace(clock);
  limiter.on('limits', ({ limits, concurrency }) => {
    const shown = limits.map(({ dimension, max, source }) => `${dimension} ${max} ${source}`);
    trace.note(`limits ${[...shown, concurrency].join(', ')}`);
  });
  const start = (name: string, cost: Cost = {}): void => {
    limiter.acquire(cost).then(
      () => trace.note(`start ${name}`),
      (error: unknown) => trace.note(`${error instanceof Error ? error.name : error} ${name}`),
    );
  };
  return { clock, limiter, trace, start };
}

describe('limits that are changed while calls wait', () => {
  it('let them go at once, as far as they are higher; what was used stays used', async () => {
    const { clock, limiter, trace, start } = setup({ limits: { rpm: 2 } });
    for (const name of ['a', 'b', 'c', 'd', 'e']) start(name);
    await clock.advance(7500);
    limiter.configure({ limits: { rpm: 4 } });
    await clock.runUntilIdle();
    expect(trace.lines).toEqual([
      '0 limits requests 2 given, Infinity',
      '0 start a',
      '0 start b',
      '7500 limits requests 4 given, Infinity',
      // Two more at once, and a quarter of one has come back.
      '7500 start c',
      '7500 start d',
      '18750 start e',
    ]);
  });

  it('reject those that they are now too small for, each once', async () => {
    const { clock, limiter, trace, start } = setup({ limits: { tpm: 1000 }, concurrency: 1 });
    const rejected: unknown[] = [];
    limiter.on('rejected', ({ error }) => rejected.push(error));
    start('a', { tokens: 1000 });
    start('b', { tokens: 900 });
    start('c', { tokens: 100 });
    start('d', { tokens: 600 });
    await clock.advance(1000);
    limiter.configure({ limits: { tpm: 500 }, concurrency: 3 });
    await clock.runUntilIdle();
    expect(trace.lines).toEqual([
      '0 limits tokens 1000 given, 1',
      '0 start a',
      '1000 limits tokens 500 given, 3',
      '1000 CallTooLarge b',
      '1000 CallTooLarge d',
      '13000 start c',
    ]);
    expect(rejected).toEqual([expect.any(CallTooLarge), expect.any(CallTooLarge)]);
    expect(limiter.snapshot()).toMatchObject([{ queued: 0, inFlight: 2 }]);
  });

  it('are none where they are no longer given', async () => {
    const { clock, limiter, trace, start } = setup({ limits: { rpm: 1 } });
    for (const name of ['a', 'b', 'c']) start(name);
    await clock.advance(10);
    limiter.configure({ limits: undefined });
    await clock.runUntilIdle();
    expect(trace.lines.slice(2)).toEqual(['10 limits Infinity', '10 start b', '10 start c']);
  });

  it('count in each model’s lane, and tell only where they are others', async () => {
    const { clock, limiter, trace } = setup({ limits: { a: { rpm: 1 }, b: { rpm: 2 } } });
    for (const model of ['a', 'b']) void limiter.acquire({}, { model });
    limiter.configure({ limits: { a: { rpm: 1 }, b: { rpm: 3 } }, maxQueue: 5 });
    limiter.configure({ headroom: 0.1 });
    await clock.runUntilIdle();
    expect(trace.lines).toEqual([
      '0 limits requests 1 given, Infinity',
      '0 limits requests 2 given, Infinity',
      '0 limits requests 3 given, Infinity',
    ]);
  });

  it('begin anew: what headers have shown is forgotten until they show it again', async () => {
    const { limiter, trace } = setup({});
    const shape = () => ({ enforcement: 'bucket', burstSeconds: 60 }) as const;
    const limits = [{ dimension: 'tokens', max: 9000, windowMs: MINUTE } as const];
    const preset: Preset = {
      ...{ family: 'm', context: 'standard', tier: 't', asOf: '2026', isGuess: false },
      ...{ limits, concurrency: Number.POSITIVE_INFINITY },
    };
    const lane = limiter.core.lane({ host: 'h', model: 'm', shape, preset, learns: true });
    limiter.configure({ limits: { tpm: 20_000 } });
    limiter.configure({ limits: undefined });
    const call = await lane.acquire({ cost: { tokens: 10 } });
    lane.feedback.observe(call, [
      { dimension: 'tokens', limit: 1000, remaining: 1000, windowMs: MINUTE },
    ]);
    limiter.configure({ headroom: 0 });
    limiter.configure({ limits: { tpm: 2000 } });
    limiter.configure({ limits: { tpm: 400 } });
    limiter.configure({ limits: undefined });
    expect(trace.lines.map((line) => line.slice(9, -10))).toEqual([
      'tokens 9000 published',
      'tokens 20000 given',
      'tokens 9000 published',
      'tokens 1000 headers',
      'tokens 2000 given',
      'tokens 400 given',
      'tokens 9000 published',
    ]);
  });

  it('can be changed again and again: nobody gets more by that', async () => {
    const { clock, limiter, trace, start } = setup({ limits: { rpm: 4 } });
    for (let index = 0; index < 8; index++) start(`${index}`);
    await clock.advance(1);
    for (const headroom of [0.5, 0, 0.5, 0]) limiter.configure({ headroom });
    await clock.advance(1000);
    expect(trace.lines.filter((line) => line.includes('start'))).toHaveLength(4);
  });
});

describe('other options that are changed', () => {
  it('concurrency: more calls go at once, or none until enough have ended', async () => {
    const { clock, limiter, trace, start } = setup({ concurrency: 1 });
    for (const name of ['a', 'b', 'c']) start(name);
    await clock.advance(5);
    limiter.configure({ concurrency: 2 });
    await clock.advance(5);
    limiter.configure({ concurrency: 1 });
    await clock.runUntilIdle();
    expect(trace.lines.filter((line) => line.includes('start'))).toEqual([
      '0 start a',
      '5 start b',
    ]);
    expect(limiter.snapshot()).toMatchObject([{ concurrency: 1, inFlight: 2, queued: 1 }]);
  });

  it('maxQueue: for calls that come', async () => {
    const { limiter } = setup({ concurrency: 1 });
    await limiter.acquire({});
    const waiting = limiter.acquire({});
    limiter.configure({ maxQueue: 1 });
    await expect(limiter.acquire({})).rejects.toBeInstanceOf(QueueFull);
    limiter.configure({ concurrency: 2 });
    expect((await waiting).granted).toBe(true);
  });

  it('maxPauseMs: what waits for a longer pause is rejected', async () => {
    const { clock, limiter, trace, start } = setup({ limits: { rpm: 60 } });
    const lane = limiter.core.lane({
      host: 'limiter',
      model: 'default',
      shape: () => ({ enforcement: 'bucket', burstSeconds: 60 }),
    });
    lane.feedback.refuse(await lane.acquire({ cost: {} }), 'rate', 30_000);
    start('a');
    await clock.advance(1000);
    limiter.configure({ maxPauseMs: 10_000 });
    await clock.runUntilIdle();
    expect(trace.lines.at(-1)).toBe('1000 RateLimitExceeded a');
  });

  it('tiers: for those who wait, and for those who come', async () => {
    const { clock, limiter, trace } = setup({ tiers: { free: { concurrency: 1 } } });
    const start = (name: string) =>
      void limiter.acquire({}, { key: 'k', tier: 'free' }).then(() => trace.note(name));
    for (const name of ['a', 'b', 'c']) start(name);
    await clock.advance(7);
    limiter.configure({ tiers: { free: { concurrency: 2 }, pro: {} } });
    await clock.advance(1);
    expect(trace.lines).toEqual(['0 limits Infinity', '0 a', '7 b']);
    expect(limiter.core.hasTier('pro')).toBe(true);
  });

  it('budget and prices: what is spent stays spent', async () => {
    const { limiter } = setup({ budget: { usdPerDay: 1 }, prices: { m: { input: 1, output: 1 } } });
    const lane = {
      host: 'h',
      model: 'm',
      shape: () => ({ enforcement: 'bucket', burstSeconds: 60 }) as const,
    };
    const caller = new Caller(undefined);
    const estimate = { inputTokens: 600_000, outputTokens: 0 };
    const price = () => knownPrice('m', limiter.prices, 'A budget');
    const call = { model: 'm', maxOutputTokens: 0 };
    const payable = { call, estimate, caller, callId: 'a', price };
    const charge = await limiter.core.reserveBudget(lane, payable);
    expect(() => limiter.core.reserveBudget(lane, payable)).toThrow(BudgetSpent);
    limiter.configure({ budget: { usdPerDay: 2 } });
    (await limiter.core.reserveBudget(lane, payable)).release();
    charge.settle();
    limiter.configure({ prices: { m: { input: 3, output: 3 } } });
    expect(() => limiter.core.reserveBudget(lane, payable)).toThrow(BudgetSpent);
    expect(limiter.spending()).toMatchObject([{ spentUsd: 0.6, reservedUsd: 0, limitUsd: 2 }]);
    limiter.configure({ budget: undefined });
    expect(limiter.spending()).toEqual([]);
    limiter.configure({ budget: { usdPerDay: 3 } });
    expect(limiter.spending()).toMatchObject([{ spentUsd: 0.6, limitUsd: 3 }]);
  });
});

describe('a change that can’t be made', () => {
  it.each([
    [{ limits: { rpm: -1 } }, 'Expected `limits.rpm` to be a positive number, got `-1` (number)'],
    [{ maxQueue: 'all' }, 'Expected `maxQueue`'],
    [{ clock: {} }, "Option `clock` can't be changed while a limiter is in use"],
    [{ enforcement: 'window' }, "Option `enforcement` can't be changed"],
    [{ calibration: {} }, "Option `calibration` can't be changed"],
    [{ store: {} }, "Option `store` can't be changed"],
    [{ rpm: 5 }, 'Unknown option `rpm`; known are limits, headroom'],
  ])('%j is an error, and changes nothing', (wrong, message) => {
    const { limiter, trace } = setup({ limits: { rpm: 60 } });
    void limiter.acquire({});
    const all = { limits: { rpm: 1 }, headroom: 0.5, ...wrong };
    expect(() => Reflect.apply(limiter.configure, limiter, [all])).toThrow(message);
    expect(limiter.snapshot()).toMatchObject([{ limits: [{ max: 60, level: 59 }] }]);
    expect(trace.lines).toHaveLength(1);
  });
});

describe('any sequence of changes', () => {
  const change = fc.record(
    {
      limits: fc.record({ tpm: fc.integer({ min: 100, max: 10_000 }) }),
      headroom: fc.constantFrom(0, 0.2, 0.5),
      concurrency: fc.integer({ min: 1, max: 5 }),
    },
    { requiredKeys: [] },
  );
  const call = fc.record({ after: fc.nat(2000), tokens: fc.integer({ min: 1, max: 2000 }) });
  const steps = fc.array(
    fc.oneof(
      call,
      change.map((options) => ({ after: 700, options })),
    ),
    {
      minLength: 1,
      maxLength: 40,
    },
  );

  it.each(['window', 'bucket'] as const)(
    'keeps the promise of each period from then on, loses nothing and hangs nowhere (%s)',
    async (enforcement) => {
      await fc.assert(
        fc.asyncProperty(steps, async (history) => {
          const clock = new FastClock();
          const first = { limits: { tpm: 1000 }, headroom: 0 };
          const limiter = createRateLimiter({ clock, enforcement, ...first });
          const periods = [{ since: 0, tpm: 1000, headroom: 0 }];
          const started: { at: number; period: number; tokens: number }[] = [];
          let [dueAt, calls, ended] = [0, 0, 0];
          for (const step of history) {
            dueAt += step.after;
            clock.setTimeout(() => {
              const last = periods.at(-1)!;
              if ('options' in step) {
                const { limits, headroom = last.headroom } = step.options;
                const tpm = limits?.tpm ?? last.tpm;
                periods.push({ since: clock.now(), tpm, headroom });
                limiter.configure(step.options);
                return;
              }
              calls++;
              limiter.acquire({ tokens: step.tokens }).then(
                (reservation) => {
                  const { tokens } = step;
                  started.push({ at: clock.now(), period: periods.length - 1, tokens });
                  clock.setTimeout(() => reservation.settle(), 500);
                  ended++;
                },
                (error: unknown) => {
                  expect(error).toBeInstanceOf(CallTooLarge);
                  ended++;
                },
              );
            }, dueAt);
          }
          await clock.run();
          expect(ended).toBe(calls);
          expect(limiter.snapshot().every(({ queued, inFlight }) => queued + inFlight === 0)).toBe(
            true,
          );
          for (const [index, { tpm, headroom }] of periods.entries()) {
            const mine = started.filter(({ period }) => period === index);
            const usable = (1 - headroom) * tpm;
            const all = mine.map((each, at) => ({ ...each, index: at, arrivedAt: 0 }));
            const most = greatestIn(all, MINUTE);
            const largest = Math.max(usable, ...mine.map(({ tokens }) => tokens));
            const bound = enforcement === 'window' ? largest : largest + usable;
            expect(most.tokens).toBeLessThanOrEqual(bound + 1e-3);
          }
        }),
        { numRuns: 300 },
      );
    },
  );
});
