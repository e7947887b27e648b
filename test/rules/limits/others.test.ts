import { expect, it } from 'vitest';
import { UNKNOWN_SHAPE } from '../../../src/model/limits.ts';
import { othersShare } from '../../../src/rules/limits/limit-levels.ts';
import type { LimitPolicy } from '../../../src/rules/limits/limit-policy.ts';
import {
  drain,
  type LimitSet,
  newLimitSet,
  observeBalance,
  tune,
} from '../../../src/rules/limits/limit-set.ts';
import { take } from '../../../src/rules/limits/limit-waits.ts';
import type { MeteredLimit } from '../../../src/rules/limits/metered-limit.ts';
import type { Tuning } from '../../../src/rules/limits/tuning.ts';
import { policyOf } from './policies.ts';

const SECOND = 1000;
const LIMIT: MeteredLimit = {
  dimension: 'tokens',
  max: 60_000,
  windowMs: 60_000,
  source: 'headers',
};
const PACED_BY_THE_SECOND: Tuning = { rateShare: 1, strictness: 3 };

const POLICY: LimitPolicy = {
  ...policyOf(UNKNOWN_SHAPE),
  isShapeGiven: true,
  correction: 'unknown',
};

function observe(set: LimitSet, remaining: number, now: number): void {
  observeBalance(set, [{ ...LIMIT, remaining }], now, set.taken, now);
}

/** Limits of a server that counts by the second, after a minute in which others used 40 %. */
function afterAMinute(): LimitSet {
  const set = newLimitSet([LIMIT], POLICY, 0);
  for (let second = 1; second < 60; second++) {
    const now = second * SECOND;
    take(set, { tokens: 400 }, now);
    observe(set, LIMIT.max - second * (400 + 400), now);
  }
  return set;
}

/** What may go in a minute, and in a second. */
function paceOf({ meters: [meter] }: LimitSet): { perMinute: number; perSecond: number } {
  const guard = meter?.windows.find(({ spanMs }) => spanMs < LIMIT.windowMs);
  return {
    perMinute: Math.round((meter?.spec.perMs ?? 0) * LIMIT.windowMs),
    perSecond: Math.round(guard?.max ?? 0),
  };
}

function refuse(set: LimitSet, remaining: number, tuning: Tuning): void {
  const now = 60 * SECOND;
  observe(set, remaining, now - 1);
  tune(set, tuning, now);
  drain(set, now);
  observe(set, remaining, now);
}

it('leaves others their share by following the balance, while nothing is refused', () => {
  expect(paceOf(afterAMinute())).toEqual({ perMinute: 48_000, perSecond: 900 });
});

it('leaves it to them in each second after a refusal while much was left', () => {
  const set = afterAMinute();
  refuse(set, 20_000, PACED_BY_THE_SECOND);
  const left = Math.round(100 * othersShare(set, 60 * SECOND)) / 100;
  expect(left).toBeGreaterThan(0.25);
  expect(paceOf(set)).toEqual({
    perMinute: Math.round((1 - left) * 48_000),
    perSecond: Math.round((1 - left) * 900),
  });
});

it('does not after a refusal because nothing was left: the balance was followed too late', () => {
  const set = afterAMinute();
  refuse(set, 0, PACED_BY_THE_SECOND);
  expect(paceOf(set)).toEqual({ perMinute: 48_000, perSecond: 900 });
});

it('stops when the lane needs no caution any more', () => {
  const set = afterAMinute();
  refuse(set, 20_000, PACED_BY_THE_SECOND);
  tune(set, { rateShare: 1, strictness: 0 }, 61 * SECOND);
  expect(paceOf(set)).toEqual({ perMinute: 48_000, perSecond: 900 });
  tune(set, PACED_BY_THE_SECOND, 62 * SECOND);
  expect(paceOf(set)).toEqual({ perMinute: 48_000, perSecond: 900 });
});

it('does not lower the rate twice, if caution has cut it already', () => {
  const set = afterAMinute();
  refuse(set, 20_000, { rateShare: 0.8, strictness: 3 });
  const left = Math.round(100 * othersShare(set, 60 * SECOND)) / 100;
  expect(paceOf(set).perMinute).toBe(Math.round((1 - left) * 48_000));
});
