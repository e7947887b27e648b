import { describe, expect, it } from 'vitest';
import type { Shape } from '../../../src/model/limits.ts';
import { levels } from '../../../src/rules/limits/limit-levels.ts';
import {
  adoptLimits,
  type LimitSet,
  newLimitSet,
  shareLimits,
} from '../../../src/rules/limits/limit-set.ts';
import { take, wait } from '../../../src/rules/limits/limit-waits.ts';
import type { MeteredLimit } from '../../../src/rules/limits/metered-limit.ts';
import { policyOf } from './policies.ts';

const LIMIT: MeteredLimit = { dimension: 'tokens', max: 60_000, windowMs: 60_000, source: 'given' };

/** After the window, and what a network may shift calls. */
const LATER = 60_050;

function setOf(enforcement: Shape['enforcement'], slots = 0): LimitSet {
  const policy = { ...policyOf({ enforcement, burstSeconds: 60 }), headroom: 0, slots };
  return newLimitSet([LIMIT], policy, 0);
}

function levelOf(set: LimitSet, now: number): number | undefined {
  return levels(set, now)[0]?.level;
}

describe.each(['bucket', 'window', 'fixed'] as const)('a part of a %s', (enforcement) => {
  it('has its part of what is left, and of what comes', () => {
    const set = setOf(enforcement);
    take(set, { tokens: 20_000 }, 0);
    shareLimits(set, 0.25, 0);
    expect(levelOf(set, 0)).toBe(10_000);
    expect(levelOf(set, LATER)).toBe(15_000);
  });

  it('scales what is left once only', () => {
    const set = setOf(enforcement);
    shareLimits(set, 0.5, 0);
    shareLimits(set, 0.25, 0);
    shareLimits(set, 0.25, 0);
    expect(levelOf(set, 0)).toBe(15_000);
  });

  it('gains nothing at once when the part becomes larger', () => {
    const set = setOf(enforcement);
    take(set, { tokens: 60_000 }, 0);
    shareLimits(set, 0.25, 0);
    expect(levelOf(set, 0)).toBe(0);
    take(set, { tokens: 15_000 }, LATER);
    expect(levelOf(set, LATER)).toBe(0);
  });
});

it('scales each of several windows, as each is known', () => {
  const set = setOf('slices');
  take(set, { tokens: 500 }, 0);
  shareLimits(set, 0.5, 0);
  const totals = set.meters[0]?.windows.map(({ max, total }) => [max, total]);
  expect(totals).toEqual([
    [30_000, 250],
    [750, 250],
  ]);
});

it('a limit that is new has its part as well', () => {
  const set = setOf('bucket');
  shareLimits(set, 0.5, 0);
  adoptLimits(set, [LIMIT, { ...LIMIT, dimension: 'outputTokens', max: 6000 }], 0);
  expect(levels(set, 0).map(({ level }) => level)).toEqual([30_000, 3000]);
  expect(wait(set, { outputTokens: 3000 }, 0).waitMs).toBe(0);
});

it('a debt is not lowered', () => {
  const set = setOf('bucket');
  take(set, { tokens: 70_000 }, 0);
  shareLimits(set, 0.5, 0);
  expect(levelOf(set, 0)).toBe(-10_000);
});
