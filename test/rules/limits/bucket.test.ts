import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BucketSpec,
  type BucketState,
  drained,
  fitted,
  fullBucket,
  refill,
  resized,
  takeFromLevel,
  takeFromLevelAsHead,
  waitOfHead,
  waitOfOther,
} from '../../../src/rules/limits/bucket.ts';

/** One token a millisecond, a hundred at once, a call of three hundred at most. */
const SPEC: BucketSpec = { perMs: 1, capacity: 100, largest: 300 };
const ROUNDING = 1e-6;

function emptied(): BucketState {
  return { level: 0, savings: 0, at: 0 };
}

describe('a bucket', () => {
  it('never lets more through in t ms than its capacity, or the largest call, and its rate · t', () => {
    const call = fc.record({ after: fc.nat(200), cost: fc.nat(300) });
    fc.assert(
      fc.property(fc.array(call, { maxLength: 40 }), (calls) => {
        const gone: { at: number; cost: number }[] = [];
        let state = fullBucket(SPEC, 0);
        let now = 0;
        for (const { after, cost } of calls) {
          state = refill(SPEC, state, now + after);
          now = state.at + waitOfHead(SPEC, state, cost);
          state = refill(SPEC, state, now);
          state = takeFromLevelAsHead(SPEC, state, cost);
          gone.push({ at: now, cost });
        }
        for (const [first, { at }] of gone.entries()) {
          let sum = 0;
          for (const each of gone.slice(first)) {
            sum += each.cost;
            const largest = Math.max(100, ...gone.slice(first).map(({ cost }) => cost));
            expect(sum).toBeLessThanOrEqual(largest + each.at - at + ROUNDING);
          }
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('saves what it can’t hold for one call that is larger than that', () => {
    const full = refill(SPEC, emptied(), 1000);
    expect(full).toEqual({ level: 100, savings: 200, at: 1000 });
    expect(waitOfHead(SPEC, full, 300)).toBe(0);
    expect(takeFromLevelAsHead(SPEC, full, 300)).toEqual({ level: 0, savings: 0, at: 1000 });
    expect(takeFromLevelAsHead(SPEC, full, 100)).toEqual({ level: 0, savings: 200, at: 1000 });
  });

  it('lets no call behind the first one use the savings', () => {
    const full = refill(SPEC, emptied(), 1000);
    expect(waitOfOther(SPEC, full, 101)).toBe(Number.POSITIVE_INFINITY);
    expect(waitOfOther(SPEC, takeFromLevel(SPEC, full, 40), 100)).toBe(40);
  });

  it('repays a debt before anything goes', () => {
    const debt = takeFromLevel(SPEC, emptied(), 50);
    expect(waitOfHead(SPEC, debt, 10)).toBe(60);
    expect(drained(debt)).toEqual(debt);
    expect(drained(refill(SPEC, emptied(), 1000))).toEqual({ level: 0, savings: 0, at: 1000 });
  });

  it('takes back what a call has not used, as if it flowed in', () => {
    const back = takeFromLevel(SPEC, { level: 90, savings: 0, at: 0 }, -30);
    expect(back).toEqual({ level: 100, savings: 20, at: 0 });
  });

  it('changes nothing in time that runs backwards', () => {
    const state = { ...emptied(), at: 500 };
    expect(refill(SPEC, state, 400)).toBe(state);
  });

  it('waits for no rounding error', () => {
    const state = { level: 100 - 1e-8, savings: 0, at: 0 };
    expect([waitOfHead(SPEC, state, 100), waitOfOther(SPEC, state, 100)]).toEqual([0, 0]);
  });
});

describe('a bucket of another size', () => {
  const small: BucketSpec = { perMs: 0.5, capacity: 50, largest: 150 };

  it('has used what it had used, and forgives what it can’t hold', () => {
    const state = { level: 20, savings: 0, at: 0 };
    const shrunk = resized(SPEC, small, state, 0);
    expect(shrunk).toEqual({ state: { level: 0, savings: 0, at: 0 }, forgiven: 30 });
    expect(resized(small, SPEC, shrunk.state, shrunk.forgiven)).toEqual({ state, forgiven: 0 });
  });

  it('is full where it was', () => {
    const full = fullBucket(SPEC, 0);
    expect(resized(SPEC, small, full, 0)).toEqual({ state: fullBucket(small, 0), forgiven: 0 });
    expect(resized(small, SPEC, fullBucket(small, 0), 0).state).toEqual(full);
  });

  it('gains nothing where it is fitted only', () => {
    const state = { level: 30, savings: 10, at: 0 };
    expect(fitted(SPEC, state)).toEqual(state);
    expect(fitted({ ...small, largest: 55 }, { level: 80, savings: 60, at: 0 })).toEqual({
      ...{ level: 50, savings: 5, at: 0 },
    });
  });
});
