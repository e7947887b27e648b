import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Enforcement } from '../../../src/model/limits.ts';
import {
  type LimitSet,
  newLimitSet,
  observeBalance,
  settle,
} from '../../../src/rules/limits/limit-set.ts';
import { take, wait } from '../../../src/rules/limits/limit-waits.ts';
import { policyOf } from './policies.ts';

const MINUTE = 60_000;
/** By how much a network may shift calls against each other. */
const SPREAD = 50;
const LIMIT = { dimension: 'tokens', max: 6000, windowMs: MINUTE } as const;
const ENFORCEMENTS: readonly Enforcement[] = ['bucket', 'window', 'slices'];

function setOf(enforcement: Enforcement): LimitSet {
  const policy = { ...policyOf({ enforcement, burstSeconds: 60 }), correction: 'settled' } as const;
  return newLimitSet([{ ...LIMIT, source: 'given' }], policy, 0);
}

function waitMs(set: LimitSet, tokens: number, now: number): number {
  return wait(set, { tokens }, now).waitMs;
}

describe('a call that has used more than was reserved for it', () => {
  it('makes a debt of a window’s worth at most, however many they are and whatever they used', () => {
    const cost = fc.integer({ min: 1, max: 100 });
    const used = fc.array(fc.double({ min: 0, max: 1e15, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(fc.constantFrom(...ENFORCEMENTS), used, cost, (enforcement, all, tokens) => {
        const set = setOf(enforcement);
        for (const actual of all) {
          take(set, { tokens: 100 }, 0);
          settle(set, { tokens: 100 }, { tokens: actual }, 0, 1000);
        }
        // What the call itself costs flows in after that.
        const ownMs = tokens * (MINUTE / LIMIT.max) * 1.25;
        expect(waitMs(set, tokens, 1000)).toBeLessThanOrEqual(MINUTE + SPREAD + ownMs);
      }),
    );
  });

  it.each(ENFORCEMENTS)('makes no debt that a later response speaks against: %s', (enforcement) => {
    const set = setOf(enforcement);
    const shown = (remaining: number) => [{ ...LIMIT, remaining }];
    take(set, { tokens: 100 }, 0);
    observeBalance(set, shown(5900), 0, set.taken, 100);
    settle(set, { tokens: 100 }, { tokens: 50_000 }, 0, 200);
    expect(waitMs(set, 10, 200)).toBeGreaterThan(50_000);
    // Sent before anybody knew: it says nothing of that.
    observeBalance(set, shown(5900), 100, set.taken, 300);
    expect(waitMs(set, 10, 300)).toBeGreaterThan(50_000);
    observeBalance(set, shown(5900), 300, set.taken, 400);
    expect(waitMs(set, 10, 400)).toBeLessThan(2000);
  });
});
