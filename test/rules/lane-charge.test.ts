import { describe, expect, it } from 'vitest';
import type { Grant } from '../../src/rules/decide.ts';
import { laneState } from '../../src/rules/lane-codec.ts';
import type { LaneState } from '../../src/rules/lane-state.ts';
import { foundRule } from '../../src/rules/learning/charge-belief.ts';
import { levels } from '../../src/rules/limits/limit-levels.ts';
import { reservedOf } from '../../src/rules/underway.ts';
import { asked, ended, laneOf, told } from './lanes.ts';
import { policyOf } from './limits/policies.ts';
import { stored } from './limits/stored.ts';
import { ticketOf } from './tickets.ts';

const CHARGES = { bare: 500, max: 4000, sum: 4500, expected: 600 };
/** Reserved with care, before anything is known. */
const COST = { requests: 1, tokens: 4500 };

/** A token a millisecond, all of which may go at once. The host corrects nothing, as it says. */
function laneOfTokens(): LaneState {
  const limit = { dimension: 'tokens', max: 60_000, windowMs: 60_000, source: 'given' } as const;
  const shape = { enforcement: 'bucket', burstSeconds: 60 } as const;
  const policy = { ...policyOf(shape), headroom: 0, correction: 'never' } as const;
  return laneOf(60, { start: [limit], policy, recorded: { at: 'bare', isSettled: false } });
}

function grantOf(state: LaneState, id: number, now: number): Grant {
  const [grant] = asked(state, [ticketOf({ id, cost: COST, charges: CHARGES })], now).granted;
  if (grant === undefined) throw new Error('Nothing goes');
  return grant;
}

function shown(state: LaneState, { call }: Grant, remaining: number, now: number): void {
  const tokens = { dimension: 'tokens', limit: 60_000, remaining, windowMs: 60_000 } as const;
  told(state, { kind: 'observed', call, observed: [tokens] }, now);
}

const levelOf = (state: LaneState, now: number): number | undefined =>
  levels(state.limits, now)[0]?.level;

describe('what a server charges', () => {
  it('is found by its first answer, and what was reserved beyond that goes back', () => {
    const state = laneOfTokens();
    const first = grantOf(state, 1, 0);
    expect(levelOf(state, 0)).toBe(55_500);
    shown(state, first, 59_500, 0);
    told(state, ended(first, { actual: { requests: 1, tokens: 600 } }), 0);
    expect(foundRule(state.learning.charge)).toEqual({ at: 'bare', isSettled: false });
    expect(levelOf(state, 0)).toBe(59_500);
  });

  it('is what an older answer is compared with, once it is found: nobody else is at work', () => {
    const state = laneOfTokens();
    const grants = Array.from({ length: 5 }, (_, id) => grantOf(state, id, 0));
    // Each has reserved 4,500 with care, and takes 500.
    const answer = (index: number): void => {
      const grant = grants[index] ?? expect.fail();
      shown(state, grant, 60_000 - 500 * (index + 1), 2000 * (index + 1));
    };
    for (const index of [0, 1, 2, 3, 4]) answer(index);
    const [meter] = state.limits.meters;
    expect(meter?.balance).toMatchObject({ level: 60_000, othersPerMs: 0 });
  });

  it('is what a plan takes calls in flight to be charged', () => {
    const state = laneOfTokens();
    const calls = [1, 2].map((id) => grantOf(state, id, 0));
    const underway = calls.map(({ call }) => call);
    expect(reservedOf(state.learning.charge, underway).excess).toEqual({});
    shown(state, calls[0] ?? expect.fail(), 59_500, 0);
    const { cost, excess } = reservedOf(state.learning.charge, underway);
    expect([cost.tokens, excess]).toEqual([9000, { tokens: 8000 }]);
  });

  it('is known to whoever reads the lane from a store', () => {
    const state = laneOfTokens();
    const first = grantOf(state, 1, 0);
    const read = stored(laneState, state, 0);
    shown(read, first, 55_500, 0);
    expect(foundRule(stored(laneState, read, 0).learning.charge)?.at).toBe('sum');
  });

  it('is what a 429 says that names its request, or else has to be found again', () => {
    const state = laneOfTokens();
    const first = grantOf(state, 1, 0);
    shown(state, first, 59_500, 0);
    const refused = (requested: number | undefined, grant: Grant, now: number): void => {
      const stated = { limits: [], concurrency: undefined, requested };
      const words = { dimension: 'tokens', stated } as const;
      const rate = { cause: 'rate', retryAfterMs: 1000 } as const;
      told(state, { kind: 'refused', call: grant.call, ...rate, words }, now);
    };
    const second = grantOf(state, 2, 10);
    refused(4500, second, 20);
    expect(foundRule(state.learning.charge)?.at).toBe('sum');
    state.learning.charge.rule = 0;
    refused(undefined, second, 30);
    expect(foundRule(state.learning.charge)).toBeUndefined();
  });

  it('of limits other than those on tokens changes nothing', () => {
    const state = laneOfTokens();
    const first = grantOf(state, 1, 0);
    shown(state, first, 59_500, 0);
    const words = { dimension: 'requests' } as const;
    const rate = { cause: 'rate', retryAfterMs: 1000 } as const;
    told(state, { kind: 'refused', call: first.call, ...rate, words }, 10);
    expect(foundRule(state.learning.charge)?.at).toBe('bare');
  });

  it('takes nothing else of a caller’s own limits', () => {
    const state = laneOfTokens();
    const ownCost = { requests: 1, tokens: 4000 };
    const ticket = ticketOf({ id: 1, cost: { tokens: 500 }, ownCost, charges: CHARGES });
    const [grant] = asked(state, [ticket], 0).granted;
    expect([grant?.call.cost, grant?.own]).toEqual([{ tokens: 500 }, ownCost]);
  });
});
