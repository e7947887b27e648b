import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { copyOfValue } from '../../src/model/copy.ts';
import { type LimitSet, newLimitSet } from '../../src/rules/limits/limit-set.ts';
import { take, wait } from '../../src/rules/limits/limit-waits.ts';
import { type InLine, rehearsed } from '../../src/rules/line-rehearsal.ts';
import { begin, firstOf, newTurns } from '../../src/rules/turns.ts';
import { policyOf } from './limits/policies.ts';

const ENFORCEMENTS = ['bucket', 'window', 'slices'] as const;
const TOKENS = { dimension: 'tokens', max: 6000, windowMs: 60_000, source: 'given' } as const;

/** 6,000 tokens a minute, of which a second's worth may be used at once. */
function limitsOf(enforcement: (typeof ENFORCEMENTS)[number]): LimitSet {
  const policy = { ...policyOf({ enforcement, burstSeconds: 1 }), headroom: 0 };
  return newLimitSet([TOKENS], policy, 0);
}

function lineOf(...costs: readonly number[]): InLine[] {
  return costs.map((tokens) => ({ counted: { requests: 1, tokens } }));
}

function waitsOf(limits: LimitSet, line: readonly InLine[], startAt = 0, last?: number): number[] {
  return rehearsed(limits, line, 0, startAt, { last }).map((each) => each?.waitMs ?? Number.NaN);
}

describe('a line that is rehearsed', () => {
  it('lets small calls pass a large one, which keeps its deadline', () => {
    const limits = limitsOf('bucket');
    take(limits, { tokens: 100 }, 0);
    const small = Array.from({ length: 10 }, () => 20);
    const [large = 0, ...others] = waitsOf(limits, lineOf(1000, ...small));
    expect(others[0]).toBeLessThan(large);
    expect(large).toBeLessThanOrEqual(1.9 * waitsOf(limits, lineOf(1000))[0]! + 1);
  });

  it('keeps a deadline that a call has already', () => {
    const limits = limitsOf('bucket');
    take(limits, { tokens: 100 }, 0);
    const [first] = lineOf(1000);
    const due = { ...first!, deadline: 1 };
    const alone = waitsOf(limits, [due])[0];
    expect(waitsOf(limits, [due, ...lineOf(20, 20)])[0]).toBe(alone);
  });

  it('begins at the end of a pause, and counts from now', () => {
    expect(waitsOf(limitsOf('bucket'), lineOf(50), 5000)).toEqual([5000]);
  });

  it('ends with the call that is asked for', () => {
    const waits = waitsOf(limitsOf('bucket'), lineOf(60, 60, 60, 60), 0, 1);
    expect(waits).toHaveLength(2);
  });

  it('tells nothing of a call that never goes, and ends', () => {
    const limits = limitsOf('bucket');
    const meter = limits.meters[0]!;
    meter.bucket = { ...meter.bucket, level: Number.NEGATIVE_INFINITY };
    expect(waitsOf(limits, lineOf(60, 60))).toEqual([]);
  });

  it.each(ENFORCEMENTS)(
    'changes neither limits nor calls, and tells of each one (%s)',
    (enforcement) => {
      const costs = fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 80 });
      fc.assert(
        fc.property(costs, fc.integer({ min: 0, max: 3000 }), (tokens, used) => {
          const limits = limitsOf(enforcement);
          take(limits, { requests: 1, tokens: used }, 0);
          const line = lineOf(...tokens);
          const before = copyOfValue({ limits, line });
          const waits = waitsOf(limits, line);
          expect({ limits, line }).toEqual(before);
          expect(waits).toHaveLength(line.length);
          for (const [index, { counted }] of line.entries()) {
            expect(waits[index]).toBeGreaterThanOrEqual(wait(limits, counted, 0).waitMs);
          }
        }),
        { numRuns: 100 },
      );
    },
  );
});

describe('a line of several callers that is rehearsed', () => {
  /** In the order in which they go; `keys`: whose each call is. */
  function orderOf(keys: readonly string[], weights: Readonly<Record<string, number>>): number[] {
    const limits = limitsOf('bucket');
    take(limits, { tokens: 100 }, 0);
    const turns = newTurns();
    for (const [key, weight] of Object.entries(weights)) {
      begin(turns, key, { size: 100, weight }, firstOf(turns));
    }
    const before = copyOfValue(turns);
    const line = keys.map((key) => ({ key, counted: { requests: 1, tokens: 10 } }));
    const waits = rehearsed(limits, line, 0, 0, { clockOf: (key) => turns.keys[key] });
    expect(turns).toEqual(before);
    expect(waits).toHaveLength(keys.length);
    const waitOf = (index: number): number => waits[index]?.waitMs ?? Number.NaN;
    return keys.map((_, index) => index).sort((one, other) => waitOf(one) - waitOf(other));
  }

  it('lets each caller’s first call go, then the second ones', () => {
    expect(orderOf([...'aaabbc'], { a: 1, b: 1, c: 1 })).toEqual([0, 3, 5, 1, 4, 2]);
  });

  it('lets a caller of twice the weight have its next turn after half the time', () => {
    expect(orderOf([...'aabbbb'], { a: 1, b: 2 })).toEqual([0, 2, 3, 1, 4, 5]);
  });

  it('takes calls of callers that don’t wait for one caller’s', () => {
    expect(orderOf([...'xyzx'], {})).toEqual([0, 1, 2, 3]);
  });
});
