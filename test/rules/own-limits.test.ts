import { describe, expect, it } from 'vitest';
import type { Limit, Shape } from '../../src/model/limits.ts';
import { levels } from '../../src/rules/limits/limit-levels.ts';
import { take } from '../../src/rules/limits/limit-waits.ts';
import {
  adoptTerms,
  isUnused,
  newOwnLimits,
  type OwnLimits,
  settleOwn,
} from '../../src/rules/own-limits.ts';
import { ownLimits } from '../../src/rules/own-limits-codec.ts';
import { stored } from './limits/stored.ts';

const MINUTE = 60_000;
const TPM: Limit = { dimension: 'tokens', max: 100, windowMs: MINUTE };
const RPM: Limit = { dimension: 'requests', max: 10, windowMs: MINUTE };

function adopt(
  own: OwnLimits,
  limits: readonly Limit[],
  now: number,
  enforcement: Shape['enforcement'] = 'bucket',
): void {
  adoptTerms(own, { limits, shape: { enforcement, burstSeconds: 60 }, concurrency: 3 }, now);
}

function withLimits(...limits: readonly Limit[]): OwnLimits {
  const own = newOwnLimits(0);
  adopt(own, limits, 0);
  return own;
}

function use(own: OwnLimits, tokens: number, now: number): void {
  own.inFlight++;
  take(own.limits, { tokens }, now);
}

function levelsOf(own: OwnLimits, now: number): number[] {
  return levels(own.limits, now).map(({ level }) => level);
}

describe('a caller’s own limits', () => {
  it('are none at first, and of any number in flight', () => {
    const own = newOwnLimits(0);
    expect(own).toMatchObject({ limits: { meters: [] }, concurrency: Number.POSITIVE_INFINITY });
    expect(isUnused(own, 0)).toBe(true);
  });

  it('may be used up: they have no headroom', () => {
    expect(levelsOf(withLimits(TPM, RPM), 0)).toEqual([100, 10]);
  });

  it('are given back what a call has not used, and charged what it used beyond', () => {
    const own = withLimits(TPM);
    use(own, 60, 0);
    settleOwn(own, { tokens: 60 }, { tokens: 20 }, 0, 0);
    expect([levelsOf(own, 0), own.inFlight]).toEqual([[80], 0]);
    use(own, 60, 0);
    settleOwn(own, { tokens: 60 }, { tokens: 130 }, 0, 0);
    expect(levelsOf(own, 0)).toEqual([-50]);
  });

  it('are unused when nothing is in flight and all has come back', () => {
    const own = withLimits(TPM);
    use(own, 50, 0);
    settleOwn(own, { tokens: 50 }, { tokens: 50 }, 0, 0);
    expect([isUnused(own, 29_999), isUnused(own, 30_000)]).toEqual([false, true]);
    use(own, 0, 90_000);
    expect(isUnused(own, 90_000)).toBe(false);
  });
});

describe('another tier', () => {
  it('counts what was used of the same limit, whatever its maximum', () => {
    const own = withLimits(TPM);
    use(own, 70, 0);
    adopt(own, [{ ...TPM, max: 300 }], 0);
    // A higher limit is no burst.
    expect(levelsOf(own, 0)).toEqual([30]);
    expect(levelsOf(own, MINUTE)).toEqual([300]);
  });

  it('gives back what a call has not used that went under the tier before', () => {
    const own = withLimits(TPM);
    use(own, 70, 0);
    adopt(own, [{ ...TPM, max: 99 }], 0);
    settleOwn(own, { tokens: 70 }, { tokens: 0 }, 0, 0);
    use(own, 40, 5);
    adopt(own, [TPM, RPM], 10);
    settleOwn(own, { tokens: 40 }, { tokens: 0 }, 5, MINUTE);
    expect(levelsOf(own, MINUTE)).toEqual([100, 10]);
    use(own, 40, MINUTE);
    adopt(own, [TPM], MINUTE + 10);
    settleOwn(own, { tokens: 40 }, { tokens: 0 }, MINUTE, MINUTE + 10);
    expect(levelsOf(own, MINUTE + 10)).toEqual([100]);
  });

  it('counts it where the limit is kept in another way, too', () => {
    const own = withLimits(TPM);
    use(own, 70, 0);
    adopt(own, [TPM], 0, 'fixed');
    expect(levelsOf(own, 0)).toEqual([30]);
    expect(levelsOf(own, MINUTE)).toEqual([100]);
  });

  it('undoes nothing: a limit is remembered that is not in force any more', () => {
    const own = withLimits(TPM);
    use(own, 70, 0);
    adopt(own, [RPM], 0);
    expect(own.past.map(({ meter }) => meter.limit.max)).toEqual([100]);
    expect(isUnused({ ...own, inFlight: 0 }, 0)).toBe(false);
    adopt(own, [TPM], 30_000);
    expect(levelsOf(own, 30_000)).toEqual([80]);
    expect(own.past).toEqual([]);
  });

  it('forgets a limit that has come back', () => {
    const own = withLimits(TPM);
    use(own, 70, 0);
    adopt(own, [], 0);
    adopt(own, [RPM], MINUTE);
    expect(own.past).toEqual([]);
  });

  it('gives back nothing for calls that it wasn’t charged', () => {
    const own = newOwnLimits(0);
    use(own, 90, 0);
    adopt(own, [TPM], 1);
    use(own, 90, 1);
    settleOwn(own, { tokens: 90 }, { tokens: 0 }, 0, 1);
    expect(levelsOf(own, 1)).toEqual([10]);
    settleOwn(own, { tokens: 90 }, { tokens: 0 }, 1, 1);
    expect(levelsOf(own, 1)).toEqual([100]);
  });

  it('is charged nothing for calls that it didn’t let through, where it is the past one', () => {
    const own = withLimits(TPM);
    use(own, 40, 0);
    adopt(own, [], 10);
    use(own, 40, 20);
    settleOwn(own, { tokens: 40 }, { tokens: 90 }, 20, 20);
    settleOwn(own, { tokens: 40 }, { tokens: 50 }, 0, 20);
    adopt(own, [TPM], 20);
    expect(levelsOf(own, 20)).toEqual([50 + (20 * 100) / MINUTE]);
  });
});

it('what was used and is remembered is read from a store as it was written', () => {
  const own = withLimits(TPM, RPM);
  use(own, 40, 5);
  adopt(own, [RPM], 10);
  expect(stored(ownLimits, own, 20)).toEqual(own);
});
