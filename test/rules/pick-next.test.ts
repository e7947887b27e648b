import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LimitSet } from '../../src/rules/limits/limit-set.ts';
import { newLimitSet } from '../../src/rules/limits/limit-set.ts';
import { take } from '../../src/rules/limits/limit-waits.ts';
import { adoptTerms, newOwnLimits, type OwnLimits } from '../../src/rules/own-limits.ts';
import {
  type Choice,
  costsOf,
  LOOKED_AT,
  type OwnWait,
  ownWait,
  type PickState,
  pickNext,
} from '../../src/rules/pick-next.ts';
import type { Ticket } from '../../src/rules/ticket.ts';
import { policyOf } from './limits/policies.ts';
import { ticketOf } from './tickets.ts';

const BUCKET = { enforcement: 'bucket', burstSeconds: 60 } as const;
const POLICY = { ...policyOf(BUCKET), headroom: 0 };
const TOKENS = { dimension: 'tokens', max: 6000, windowMs: 60_000, source: 'given' } as const;
const REQUESTS = { ...TOKENS, dimension: 'requests', max: 600 } as const;

/** A hundred tokens a second, of which so many are left, and any number of requests. */
function situationOf(left: number, isProbe = false): PickState & { readonly limits: LimitSet } {
  const limits = newLimitSet([TOKENS], POLICY, 0);
  take(limits, { tokens: 6000 - left }, 0);
  return { limits, isProbe, held: new Map<string, OwnWait>() };
}

function tokens(id: number, tokens: number, ticket: Partial<Ticket> = {}): Ticket {
  return ticketOf({ id, cost: { tokens }, ...ticket });
}

function picked(tickets: readonly Ticket[], situation: PickState, now = 0): number | string {
  const choice = pickNext(tickets, situation, now);
  if ('waitMs' in choice) return `waits ${choice.waitMs} for ${choice.dimension}`;
  return choice.ticket.id;
}

/** A caller's own limit of requests a minute. */
function ownOf(rpm: number, concurrency = 9): OwnLimits {
  const own = newOwnLimits(0);
  const limits = [{ dimension: 'requests', max: rpm, windowMs: 60_000 }] as const;
  adoptTerms(own, { limits, shape: { ...BUCKET, enforcement: 'fixed' }, concurrency }, 0);
  return own;
}

describe('the next call', () => {
  it('is the first one, where that fits', () => {
    const situation = situationOf(500);
    expect(picked([tokens(1, 400), tokens(2, 10)], situation)).toBe(1);
    expect(picked([tokens(2, 200), tokens(3, 50)], situation)).toBe(3);
  });

  it('is none while the first one has less than 0.1 s to wait', () => {
    expect(picked([tokens(1, 509), tokens(2, 1)], situationOf(500))).toBe('waits 90 for tokens');
    expect(picked([tokens(1, 510), tokens(2, 1)], situationOf(500))).toBe(2);
  });

  it('makes the first one wait longer by 0.9 of its own wait at most', () => {
    const situation = situationOf(500);
    const head = tokens(1, 600);
    const others = Array.from({ length: 99 }, (_, index) => tokens(2 + index, 10));
    const gone: (number | string)[] = [];
    for (let left = others; typeof gone.at(-1) !== 'string'; left = left.slice(1)) {
      gone.push(picked([head, ...left], situation));
    }
    // A second by itself; nine calls of a tenth of a second make it 1.9.
    expect(head.deadline).toBe(1900);
    expect(gone).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 'waits 1900 for tokens']);
    expect(picked([head], situation, 1900)).toBe(1);
  });

  it('is no call that is larger than any burst before the first one has gone', () => {
    const limits = newLimitSet(
      [TOKENS],
      { ...POLICY, ...policyOf({ ...BUCKET, burstSeconds: 10 }) },
      0,
    );
    take(limits, { tokens: 500 }, 0);
    const situation = { limits, isProbe: false, held: new Map<string, OwnWait>() };
    expect(picked([tokens(1, 700), tokens(2, 900)], situation)).toMatch(/^waits \d+ for tokens$/);
  });

  it('goes as a probe whatever the limits say', () => {
    const situation = situationOf(0, true);
    expect(picked([tokens(1, 400), tokens(2, 10)], situation)).toBe(1);
    expect(picked([tokens(2, 10)], { ...situation, isProbe: false })).toBe('waits 4100 for tokens');
  });

  it('is sought among so many, and no further', () => {
    const large = (count: number) => Array.from({ length: count }, (_, id) => tokens(id, 3000));
    const small = tokens(1000, 1);
    expect(picked([...large(LOOKED_AT - 1), small], situationOf(500))).toBe(1000);
    expect(picked([...large(LOOKED_AT), small], situationOf(500))).toMatch(/^waits/);
  });

  it('can be one that never goes: it exceeds a limit of the lane, or one of its caller', () => {
    const large = tokens(1, 6001);
    expect(pickNext([large], situationOf(0), 0)).toEqual({
      ...{ ticket: large, limit: TOKENS, cost: { tokens: 6001 } },
    });
    const own = ownOf(1);
    const two = ticketOf({ id: 2, cost: { requests: 2 }, own });
    expect(pickNext([two], situationOf(0), 0)).toMatchObject({ limit: { max: 1 } });
  });
});

describe('a caller’s own limits', () => {
  it('hold back all calls of its key, which stand in nobody’s way', () => {
    const situation = situationOf(500);
    const own = ownOf(1);
    const ofAlice = (id: number) => ticketOf({ id, key: 'alice', own });
    const calls = [ofAlice(1), ofAlice(2), ticketOf({ id: 3, key: 'bob' })];
    expect(picked(calls, situation)).toBe(1);
    expect(picked(calls.slice(1), situation)).toBe(3);
    expect([...situation.held.values()]).toEqual([
      { ticket: calls[1], waitMs: 60_000, reason: 'requests' },
    ]);
  });

  it('hold back a small call behind a large one: a key’s calls keep their order', () => {
    const own = newOwnLimits(0);
    const limits = [{ dimension: 'tokens', max: 100, windowMs: 60_000 }] as const;
    adoptTerms(own, { limits, shape: BUCKET, concurrency: 9 }, 0);
    take(own.limits, { tokens: 50 }, 0);
    const calls = [tokens(1, 60, { own }), tokens(2, 1, { own }), tokens(3, 1, { key: 'b' })];
    expect(picked(calls, situationOf(500))).toBe(3);
  });

  it('are taken from when the call goes, and not when the lane holds it back', () => {
    const own = ownOf(5);
    const call = tokens(1, 600, { own });
    expect(picked([call], situationOf(500))).toBe('waits 1000 for tokens');
    expect(own).toMatchObject({ inFlight: 0, limits: { taken: { tokens: 0 } } });
    expect(picked([call], situationOf(600))).toBe(1);
    expect(own).toMatchObject({ inFlight: 1, limits: { taken: { tokens: 600 } } });
  });

  it('hold back until another call has ended, where as many are in flight as may be', () => {
    const own = { ...ownOf(5, 2), inFlight: 2 };
    const waitMs = Number.POSITIVE_INFINITY;
    expect(ownWait(own, { requests: 1 }, 0)).toEqual({ waitMs, reason: 'concurrency' });
    expect(ownWait({ ...own, inFlight: 1 }, { requests: 1 }, 0).waitMs).toBe(0);
  });

  it('cap what is merely expected of a cost by themselves', () => {
    const limits = newLimitSet([TOKENS], POLICY, 0);
    const own = ownOf(100);
    const call = { cost: { tokens: 5000, requests: 50 }, own } as const;
    expect(costsOf({ ...call, expects: ['tokens', 'requests'] }, limits)).toEqual({
      cost: { tokens: 600, requests: 50 },
      own: { tokens: 5000, requests: 10 },
    });
  });
});

describe('a call that costs no less than one that doesn’t fit', () => {
  /** The same rule, but that each call is looked at: it has limits of its own, which never bind. */
  const looksAtAll = (tickets: readonly Ticket[], situation: PickState, now: number): Choice =>
    pickNext(
      tickets.map((each): Ticket => ({ ...each, own: ownOf(1_000_000) })),
      situation,
      now,
    );

  it('is passed over, which changes no answer', () => {
    const amount = fc.oneof(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 5000 }));
    const call = fc.record({
      key: fc.constantFrom('a', 'b', 'c'),
      cost: fc.record({ tokens: amount, requests: fc.integer({ min: 0, max: 40 }) }),
      expects: fc.subarray(['tokens', 'requests'] as const),
    });
    const deadline = fc.option(fc.integer({ min: 0, max: 60_000 }), { nil: undefined });
    const left = fc.record({ tokens: fc.nat(6000), requests: fc.nat(600) });
    let passing = 0;
    fc.assert(
      fc.property(fc.array(call, { maxLength: 100 }), left, deadline, (calls, left, deadline) => {
        const one = newLimitSet([TOKENS, REQUESTS], POLICY, 0);
        take(one, { tokens: 6000 - left.tokens, requests: 600 - left.requests }, 0);
        const other = structuredClone(one);
        const tickets = calls.map((each, id) => ticketOf({ id, ...each }));
        const [first] = tickets;
        if (first !== undefined) first.deadline = deadline;
        const common = { isProbe: false };
        const choice = pickNext(tickets, { ...common, limits: one, held: new Map() }, 0);
        const all = looksAtAll(tickets, { ...common, limits: other, held: new Map() }, 0);
        if ('waitMs' in choice || 'waitMs' in all) expect(choice).toEqual(all);
        else expect(choice.ticket.id).toBe(all.ticket.id);
        if (!('waitMs' in choice) && choice.ticket.id > 0) passing++;
        expect(one).toEqual(other);
      }),
      { numRuns: 3000 },
    );
    // Else the property shows little.
    expect(passing).toBeGreaterThan(100);
  });
});
