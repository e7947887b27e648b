import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cost } from '../../src/model/limits.ts';
import { plus, times } from '../../src/model/limits.ts';
import { type LimitSet, newLimitSet } from '../../src/rules/limits/limit-set.ts';
import { take, takeAsHead, wait } from '../../src/rules/limits/limit-waits.ts';
import { QueueForecast } from '../../src/rules/queue-forecast.ts';
import { createRandom } from '../../src/testing/index.ts';
import { policyOf } from './limits/policies.ts';

const ENFORCEMENTS = ['bucket', 'window', 'slices'] as const;
type Enforcement = (typeof ENFORCEMENTS)[number];

const REQUESTS = { dimension: 'requests', max: 60, windowMs: 60_000, source: 'given' } as const;
const TOKENS = { ...REQUESTS, dimension: 'tokens', max: 7001 } as const;

function limitsOf(enforcement: Enforcement, burstSeconds = 5): LimitSet {
  const policy = { ...policyOf({ enforcement, burstSeconds }), headroom: 0 };
  return newLimitSet([REQUESTS, TOKENS], policy, 0);
}

function forecastOf(limits: LimitSet, startAt = 0): QueueForecast {
  return new QueueForecast(structuredClone(limits), startAt);
}

/** Lets calls through as a lane does, which wakes up at whole milliseconds: when each one goes. */
function played(limits: LimitSet, cost: Cost, count: number): number[] {
  const copy = structuredClone(limits);
  let now = 0;
  return Array.from({ length: count }, () => {
    for (;;) {
      const { waitMs } = takeAsHead(copy, cost, now);
      if (waitMs === 0) return now;
      now += Math.ceil(waitMs);
    }
  });
}

describe.each(ENFORCEMENTS)('the forecast for equal calls against a %s', (enforcement) => {
  it('is when they go', () => {
    const cost = fc.record({
      requests: fc.constant(1),
      tokens: fc.integer({ min: 0, max: 400 }),
    });
    fc.assert(
      fc.property(cost, fc.nat(60), fc.nat(40), (cost, used, ahead) => {
        const limits = limitsOf(enforcement);
        take(limits, { requests: used, tokens: 100 * used }, 0);
        const { waitMs } = forecastOf(limits).waitAfter(
          { calls: ahead, cost: times(cost, ahead) },
          cost,
          0,
        );
        expect(Math.ceil(waitMs - 1e-6) + 0).toBe(played(limits, cost, ahead + 1).at(-1));
      }),
      { numRuns: 200 },
    );
  });
});

/** Shares of their waits by which forecasts err, for calls all along a line of 600 unequal ones. */
function errorsOf(enforcement: Enforcement, seed: number): number[] {
  const random = createRandom(seed);
  const each = Array.from({ length: 600 }, () => ({ requests: 1, tokens: 10 + 90 * random() }));
  const limits = limitsOf(enforcement, 0.25);
  const copy = structuredClone(limits);
  let now = 0;
  const errors: number[] = [];
  for (const [i, cost] of each.entries()) {
    for (let wait = takeAsHead(copy, cost, now); wait.waitMs > 0; ) {
      now += Math.ceil(wait.waitMs);
      wait = takeAsHead(copy, cost, now);
    }
    if (now === 0 || i % 20 !== 0) continue;
    const ahead = each.slice(0, i);
    const line = { calls: i, cost: ahead.reduce(plus, {}) };
    const { waitMs } = forecastOf(limits).waitAfter(line, cost, 0, ahead);
    errors.push(Math.abs(waitMs - now) / now);
  }
  return errors;
}

describe('a forecast', () => {
  const CALL = { requests: 1, tokens: 10 };
  const calls = (calls: number, cost = CALL) => ({ calls, cost: times(cost, calls) });

  it('changes no limit but the copy that it has', () => {
    const limits = limitsOf('bucket');
    const before = structuredClone(limits);
    forecastOf(limits).waitAfter(calls(50), CALL, 0);
    expect(limits).toEqual(before);
  });

  it('goes on from the last question, with the same answers as one that begins anew', () => {
    const limits = limitsOf('bucket');
    const forecast = forecastOf(limits);
    for (const ahead of [0, 3, 3, 10, 40]) {
      expect(forecast.reaches(calls(ahead))).toBe(true);
      const answer = forecast.waitAfter(calls(ahead), CALL, 0);
      expect(answer).toEqual(forecastOf(limits).waitAfter(calls(ahead), CALL, 0));
    }
  });

  it('reaches no call that is before what it has let through, or among other calls', () => {
    const forecast = forecastOf(limitsOf('bucket'));
    forecast.waitAfter(calls(10), CALL, 0);
    expect(forecast.reaches(calls(9))).toBe(false);
    expect(forecast.reaches(calls(10))).toBe(true);
    expect(forecast.reaches(calls(10, { requests: 1, tokens: 11 }))).toBe(false);
    expect(forecast.reaches(calls(11, { requests: 1, tokens: 1 }))).toBe(false);
  });

  it.each(ENFORCEMENTS)('knows when the last of a hundred equal calls goes (%s)', (enforcement) => {
    const limits = limitsOf(enforcement);
    const cost = { requests: 1, tokens: 50 };
    const { waitMs } = forecastOf(limits).waitAfter(calls(100, cost), {}, 0, Array(100).fill(cost));
    expect(waitMs).toBe(played(limits, cost, 100).at(-1));
  });

  it('counts from now, and from the end of a pause at the earliest', () => {
    const forecast = forecastOf(limitsOf('bucket'), 5000);
    expect(forecast.waitAfter(calls(5), CALL, 0)).toEqual({ waitMs: 6000, dimension: 'requests' });
    expect(forecast.waitAfter(calls(5), CALL, 5500).waitMs).toBe(500);
  });

  it('stays good when the first of those that were ahead goes', () => {
    const limits = limitsOf('bucket');
    const forecast = forecastOf(limits);
    expect(forecast.wentOne(CALL)).toBe(false);
    const before = forecast.waitAfter(calls(20), CALL, 0);
    expect(forecast.wentOne(CALL)).toBe(true);
    expect(forecast.reaches(calls(19))).toBe(true);
    expect(forecast.waitAfter(calls(19), CALL, 0)).toEqual(before);
  });

  it.each(ENFORCEMENTS)(
    'errs by 2 % in the middle and 10 % at the ninth tenth at most, for unequal calls in deep lines (%s)',
    (enforcement) => {
      const errors = Array.from({ length: 10 }, (_, seed) =>
        errorsOf(enforcement, seed + 1),
      ).flat();
      errors.sort((one, other) => one - other);
      expect(errors[Math.floor(0.5 * errors.length)]).toBeLessThanOrEqual(0.02);
      expect(errors[Math.floor(0.9 * errors.length)]).toBeLessThanOrEqual(0.1);
    },
  );

  it('hardly errs for a hundred thousand calls, of which it takes several for one', () => {
    const limits = limitsOf('bucket');
    const { waitMs } = forecastOf(limits).waitAfter(calls(100_000), CALL, 0);
    // One a second but for the five of the burst.
    expect(Math.abs(waitMs / 1000 - 99_996)).toBeLessThan(400);
    expect(wait(limits, CALL, 0).waitMs).toBe(0);
  });
});
