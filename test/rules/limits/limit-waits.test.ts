import { describe, expect, it } from 'vitest';
import { type LimitSet, newLimitSet } from '../../../src/rules/limits/limit-set.ts';
import {
  capEstimates,
  predict,
  take,
  takeAsHead,
  takeBehind,
  tooSmallFor,
  wait,
} from '../../../src/rules/limits/limit-waits.ts';
import type { MeteredLimit } from '../../../src/rules/limits/metered-limit.ts';
import { policyOf } from './policies.ts';

const SECOND = 1000;
const LIMIT: MeteredLimit = { dimension: 'tokens', max: 600, windowMs: 60_000, source: 'given' };
const POLICY = { ...policyOf({ enforcement: 'bucket', burstSeconds: 10 }), headroom: 0 };

/** Ten tokens a second, of which a hundred may go at once. */
function full(...limits: readonly MeteredLimit[]): LimitSet {
  return newLimitSet([LIMIT, ...limits], POLICY, 0);
}

function emptied(): LimitSet {
  const limits = full();
  take(limits, { tokens: 100 }, 0);
  return limits;
}

describe('a call behind one that waits', () => {
  const head = { cost: { tokens: 100 }, deadline: 12 * SECOND };

  it('goes where there is room, as long as the first can go by its deadline', () => {
    const limits = emptied();
    const behind = { tokens: 10 };
    expect(takeBehind(limits, behind, head, SECOND).waitMs).toBe(0);
    expect(takeBehind(limits, behind, head, SECOND).waitMs).toBe(SECOND);
    expect(takeBehind(limits, behind, head, 2 * SECOND).waitMs).toBe(0);
    // A third one would make it wait until the thirteenth second, though there is room for it.
    expect(takeBehind(limits, behind, head, 3 * SECOND)).toEqual({
      waitMs: Number.POSITIVE_INFINITY,
      dimension: 'tokens',
    });
    expect(takeAsHead(limits, head.cost, 12 * SECOND).waitMs).toBe(0);
  });

  it('goes where the first one is none the later for it', () => {
    const cost = { outputTokens: 1000 };
    const exact = { ...head, deadline: 10 * SECOND };
    expect(takeBehind(emptied(), cost, exact, SECOND).waitMs).toBe(0);
  });
});

describe('a call takes', () => {
  const requests = { dimension: 'requests', max: 60, windowMs: 60_000, source: 'given' } as const;

  it('from all limits or from none, and waits for the one that has room last', () => {
    const limits = full(requests);
    take(limits, { requests: 10, tokens: 100 }, 0);
    const taken = limits.taken;
    expect(takeAsHead(limits, { requests: 2, tokens: 10 }, 0)).toEqual({
      waitMs: 2 * SECOND,
      dimension: 'requests',
    });
    expect(limits.taken).toBe(taken);
    expect(takeAsHead(limits, { requests: 2, tokens: 10 }, 2 * SECOND).waitMs).toBe(0);
    expect(limits.taken).toMatchObject({ requests: 12, tokens: 110 });
  });

  it('nothing when its wait is only asked for', () => {
    const limits = full(requests);
    const before = structuredClone(limits);
    wait(limits, { tokens: 200 }, 0);
    predict(limits, { tokens: 2000 }, 0);
    expect(limits).toEqual(before);
  });

  it('what a probe takes without room is a debt', () => {
    const limits = emptied();
    take(limits, { tokens: 50 }, 0);
    expect(wait(limits, { tokens: 10 }, 0).waitMs).toBe(6 * SECOND);
  });
});

describe('a cost above a limit', () => {
  it('never passes a limit that is sure, and is told with that limit', () => {
    expect(tooSmallFor(full(), { tokens: 600 })).toBeUndefined();
    expect(tooSmallFor(full(), { tokens: 601 })).toBe(LIMIT);
  });

  it('is capped at a limit that is not sure', () => {
    const limits = newLimitSet([{ ...LIMIT, source: 'guess' }], POLICY, 0);
    expect(tooSmallFor(limits, { tokens: 9999 })).toBeUndefined();
    expect(capEstimates(limits, { tokens: 9999 }, [])).toEqual({ tokens: 600 });
  });

  it('is capped at a tenth of the limit where it is merely expected', () => {
    expect(capEstimates(full(), { tokens: 9999, requests: 1 }, ['tokens'])).toEqual({
      tokens: 60,
      requests: 1,
    });
    expect(capEstimates(full(), { tokens: 9999 }, [])).toEqual({ tokens: 9999 });
  });
});
