import { describe, expect, it } from 'vitest';
import { decide, type Grant } from '../../src/rules/decide.ts';
import { inFlight, type LaneState } from '../../src/rules/lane-state.ts';
import { levels } from '../../src/rules/limits/limit-levels.ts';
import { limitsOf } from '../../src/rules/limits/limit-set.ts';
import { limitSet, readUse } from '../../src/rules/limits/limits-codec.ts';
import { pauseOf } from '../../src/rules/recovery-state.ts';
import { asked, ended, idsOf, lanelessOf, laneOf, someCall, tickets, told } from './lanes.ts';
import { policyOf } from './limits/policies.ts';
import { ticketOf } from './tickets.ts';

const LIMIT = { dimension: 'requests', max: 60, windowMs: 60_000 } as const;
const RATE = { cause: 'rate', retryAfterMs: 2000, words: {} } as const;

function levelOf(lane: LaneState, now: number): number | undefined {
  return levels(lane.limits, now)[0]?.level;
}

/** A lane with one call in flight, let through at 0. */
function withOneCall(lane = laneOf(10)): { readonly lane: LaneState; readonly grant: Grant } {
  const [grant] = asked(lane, tickets(1), 0).granted;
  if (grant === undefined) throw new Error('Nothing goes');
  return { lane, grant };
}

describe('ask', () => {
  it('takes the place of what the process asked for before', () => {
    const lane = lanelessOf(0);
    asked(lane, tickets(2), 0);
    asked(lane, tickets(1, 7), 0, 'two');
    asked(lane, tickets(1, 2), 0);
    const waiting = Object.values(lane.members).map((each) => each.tickets.map(({ id }) => id));
    expect(waiting).toEqual([[2], [7]]);
  });

  it('keeps the deadline of a call that has been the first', () => {
    const lane = laneOf(1);
    asked(lane, tickets(2), 0);
    const [first] = lane.members.one?.tickets ?? [];
    expect(first?.deadline).toBe(1900);
    asked(lane, tickets(1, 2), 500);
    expect(lane.members.one?.tickets[0]?.deadline).toBe(1900);
  });

  it('grants no call twice to a process that asked before it heard of the grant', () => {
    const { lane } = withOneCall();
    expect(idsOf(asked(lane, tickets(2), 0))).toEqual([2]);
    expect(inFlight(lane)).toBe(2);
  });

  it('grants a call again that has ended: a retry keeps its number', () => {
    const { lane, grant } = withOneCall();
    told(lane, ended(grant), 1);
    expect(idsOf(asked(lane, tickets(1), 1))).toEqual([1]);
  });

  it('gives keys that wait a clock, and takes it from those that don’t', () => {
    const lane = lanelessOf(0);
    asked(lane, [ticketOf({ id: 1, key: 'a' }), ticketOf({ id: 2, key: 'b', weight: 3 })], 0);
    expect(lane.turns).toMatchObject({ weight: 4, keys: { a: { isReady: true }, b: {} } });
    asked(lane, [ticketOf({ id: 1, key: 'a' })], 0);
    expect(lane.turns.weight).toBe(1);
    asked(lane, [], 0);
    expect(lane.turns.keys).toEqual({});
  });
});

describe('sent', () => {
  it('makes windows count a call from when it leaves', () => {
    const shape = { enforcement: 'window', burstSeconds: 60 } as const;
    const lane = laneOf(1, { policy: { ...policyOf(shape), headroom: 0 } });
    const { grant } = withOneCall(lane);
    told(lane, { kind: 'sent', call: grant.call }, 50_000);
    told(lane, ended(grant), 55_000);
    expect(levelOf(lane, 100_000)).toBe(59);
    expect(levelOf(lane, 110_050)).toBe(60);
  });

  it('counts a call once, also where responses show what is left', () => {
    const shape = { enforcement: 'window', burstSeconds: 60 } as const;
    const policy = { ...policyOf(shape), headroom: 0, correction: 'unknown' } as const;
    const lane = laneOf(1, { policy });
    const { grant: first } = withOneCall(lane);
    const limit = { dimension: 'requests', limit: 60, remaining: 59, windowMs: 60_000 } as const;
    told(lane, { kind: 'observed', call: first.call, observed: [limit] }, 0);
    const [second] = asked(lane, tickets(1, 2), 0).granted;
    const before = { level: levelOf(lane, 1000), taken: lane.limits.taken };
    told(lane, { kind: 'sent', call: second!.call }, 1000);
    expect({ level: levelOf(lane, 1000), taken: lane.limits.taken }).toEqual(before);
  });

  it('gives a late call back where it was counted', () => {
    const shape = { enforcement: 'window', burstSeconds: 60 } as const;
    const lane = laneOf(1, { policy: { ...policyOf(shape), headroom: 0 } });
    const { grant } = withOneCall(lane);
    told(lane, { kind: 'sent', call: grant.call }, 1000);
    told(lane, ended(grant, { actual: {} }), 2000);
    expect(levelOf(lane, 2000)).toBe(60);
  });

  it('changes nothing for a call that leaves at once', () => {
    const { lane, grant } = withOneCall();
    const before = structuredClone(lane.limits);
    told(lane, { kind: 'sent', call: grant.call }, 0.9);
    expect(lane.limits).toEqual(before);
  });
});

describe('ended', () => {
  it('gives back what a call has not used, and its slot', () => {
    const { lane, grant } = withOneCall();
    expect(levelOf(lane, 0)).toBe(9);
    told(lane, ended(grant, { actual: {} }), 0);
    expect([levelOf(lane, 0), inFlight(lane)]).toEqual([10, 0]);
  });

  it('never counts fewer than no calls in flight', () => {
    const { lane, grant } = withOneCall();
    told(lane, ended(grant), 0);
    told(lane, ended(grant), 0);
    expect(inFlight(lane)).toBe(0);
  });

  it('tells how long calls are in flight: the mean of about twenty', () => {
    const { lane, grant } = withOneCall();
    told(lane, ended(grant), 100);
    expect(lane.flight).toEqual({ count: 1, meanMs: 100 });
    told(lane, ended(grant), 300);
    expect(lane.flight).toEqual({ count: 2, meanMs: 200 });
    lane.flight.count = 500;
    told(lane, ended(grant), 400);
    expect(lane.flight.meanMs).toBe(210);
  });

  it('of a refused call changes nothing of what is known to have passed', () => {
    const { lane, grant } = withOneCall();
    const before = structuredClone(lane.learning.throughput);
    told(lane, ended(grant, { actual: {}, isRefused: true }), 0);
    expect(lane.learning.throughput).toEqual(before);
    told(lane, ended(grant, { actual: {} }), 0);
    expect(lane.learning.throughput).not.toEqual(before);
  });

  it('without an answer lets another call probe', () => {
    const { lane, grant } = withOneCall(lanelessOf(9, { isCold: true }));
    expect(idsOf(asked(lane, tickets(1, 2), 0))).toEqual([]);
    told(lane, ended(grant, { wasAnswered: false }), 0);
    expect(idsOf(decide(lane, [], 0))).toEqual([2]);
  });
});

describe('answered', () => {
  it('of a call that was not refused raises what may be in flight, in time', () => {
    const lane = lanelessOf(9, { inFlight: { start: 1, most: 9 } });
    const { grant } = withOneCall(lane);
    for (let i = 0; i < 10; i++) {
      told(lane, { kind: 'answered', call: grant.call, isRefused: true }, 60_000);
    }
    expect(lane.learning.concurrency.limit).toBe(1);
    for (let i = 0; i < 10; i++) {
      told(lane, { kind: 'answered', call: grant.call, isRefused: false }, 60_000);
    }
    expect(lane.learning.concurrency.limit).toBe(2);
  });
});

describe('refused', () => {
  it('pauses the lane once for all calls of one epoch', () => {
    const { lane, grant } = withOneCall();
    const { call } = grant;
    told(lane, { kind: 'refused', call, ...RATE }, 10);
    expect(pauseOf(lane.recovery)).toMatchObject({ cause: 'rate', since: 10, until: 2010 });
    told(lane, { kind: 'refused', call, ...RATE }, 500);
    expect(pauseOf(lane.recovery)?.until).toBe(2010);
  });

  it('says nothing of the lane where its call alone is refused', () => {
    const { lane, grant } = withOneCall();
    told(lane, { kind: 'refused', call: grant.call, ...RATE, earlier: 2 }, 10);
    told(lane, { kind: 'answered', call: grant.call, isRefused: true }, 10);
    expect(pauseOf(lane.recovery)).toBeUndefined();
    expect(idsOf(asked(lane, tickets(1, 5), 10))).toEqual([5]);
  });

  it('lets a call try in a long pause: its answer ends the pause, or renews it', () => {
    const HOUR = 3_600_000;
    const { lane, grant } = withOneCall(lanelessOf(9));
    const long = { cause: 'rate', retryAfterMs: 24 * HOUR, words: {} } as const;
    told(lane, { kind: 'refused', call: grant.call, ...long }, 0);
    expect(idsOf(asked(lane, tickets(2, 10), 44_999))).toEqual([]);
    const [probe, ...others] = asked(lane, tickets(2, 10), 45_000).granted;
    expect(others).toEqual([]);
    told(lane, { kind: 'refused', call: probe!.call, ...long, retryAfterMs: 2 * HOUR }, 45_100);
    told(lane, { kind: 'answered', call: probe!.call, isRefused: true }, 45_100);
    expect(pauseOf(lane.recovery)?.until).toBe(45_100 + 2 * HOUR);
    expect(idsOf(asked(lane, tickets(2, 10), 645_099))).toEqual([]);
    const [next] = asked(lane, tickets(2, 20), 645_100).granted;
    told(lane, { kind: 'answered', call: next!.call, isRefused: false }, 645_200);
    expect(pauseOf(lane.recovery)).toBeUndefined();
    expect(asked(lane, tickets(2, 30), 645_200).granted.length).toBe(2);
  });

  it('has a call that was told to wait try at no earlier time, but another one', () => {
    const { lane, grant } = withOneCall();
    told(lane, { kind: 'refused', call: grant.call, ...RATE, retryAfterMs: 300_000 }, 0);
    const again = tickets(1, 5).map((each) => ({ ...each, refusals: 1 }));
    const waits = asked(lane, again, 45_000);
    expect(waits).toMatchObject({ granted: [], blocked: { reason: 'paused', waitMs: 255_000 } });
    expect(idsOf(asked(lane, [...again, ...tickets(1, 10)], 50_000))).toEqual([10]);
    expect(idsOf(asked(lane, again, 300_000))).toEqual([5]);
  });

  it('lets another call try in a long pause where the first one comes to nothing', () => {
    const { lane, grant } = withOneCall();
    told(lane, { kind: 'refused', call: grant.call, ...RATE, retryAfterMs: 7_200_000 }, 0);
    const [probe] = asked(lane, tickets(1, 10), 45_000).granted;
    told(lane, ended(probe!, { actual: {}, wasAnswered: false }), 46_000);
    expect(idsOf(asked(lane, tickets(2, 20), 46_000))).toEqual([20]);
  });

  it('leaves the bucket empty when its pause is over; overload does not', () => {
    const { lane, grant } = withOneCall();
    told(lane, { kind: 'refused', call: grant.call, ...RATE }, 0);
    expect(idsOf(decide(lane, [], 2000))).toEqual([]);
    expect(levelOf(lane, 2000)).toBe(0);
    const { lane: other, grant: one } = withOneCall();
    told(other, { kind: 'refused', call: one.call, ...RATE, cause: 'capacity' }, 0);
    decide(other, [], 2000);
    expect(levelOf(other, 2000)).toBe(10);
  });
});

describe('what is said of limits', () => {
  it('in a response opens a lane that knew nothing, and is reported', () => {
    const { lane, grant } = withOneCall(lanelessOf(9, { isCold: true }));
    const { count } = lane.report;
    const observed = [{ dimension: 'requests', limit: 500, windowMs: 60_000 }] as const;
    told(lane, { kind: 'observed', call: grant.call, observed }, 0);
    expect(lane.recovery.phase).toBe('open');
    expect(limitsOf(lane.limits)).toEqual([{ ...LIMIT, max: 500, source: 'headers' }]);
    expect(lane.report.count).toBe(count + 1);
  });

  it('in a refusal that pauses nothing is learned', () => {
    const lane = laneOf(10);
    const stated = { limits: [{ ...LIMIT, max: 30 }], concurrency: 3 };
    told(lane, { kind: 'told', call: someCall(1), stated }, 0);
    expect(limitsOf(lane.limits)).toEqual([{ ...LIMIT, max: 30, source: 'refusal' }]);
    expect(lane.learning.concurrency.limit).toBe(3);
    expect(pauseOf(lane.recovery)).toBeUndefined();
  });

  it('in new terms replaces what was given, and what was used stays used', () => {
    const { lane } = withOneCall();
    const start = [{ ...LIMIT, max: 120, source: 'given' }] as const;
    const inFlight = { start: 5, most: 5 };
    const { policy } = lane.limits;
    told(lane, { kind: 'configure', terms: { start, policy, inFlight } }, 0);
    expect(limitsOf(lane.limits)).toEqual(start);
    expect(levelOf(lane, 0)).toBe(19);
    expect(lane.learning.concurrency.limit).toBe(5);
  });
});

describe('pause and resume', () => {
  it('stop the lane, and let it go on with one call', () => {
    const lane = lanelessOf(9);
    told(lane, { kind: 'pause', forMs: 5000 }, 0);
    expect(pauseOf(lane.recovery)).toMatchObject({ cause: 'operator', since: 0, until: 5000 });
    told(lane, { kind: 'resume' }, 100);
    expect(idsOf(asked(lane, tickets(2), 100))).toEqual([1]);
  });

  it('an old word of an operator does not replace a newer one, but a pause of the provider', () => {
    const { lane, grant } = withOneCall();
    told(lane, { kind: 'refused', call: grant.call, ...RATE }, 0);
    told(lane, { kind: 'pause', forMs: 5000, isOld: true }, 0);
    expect(pauseOf(lane.recovery)).toMatchObject({ cause: 'operator', until: 5000 });
    told(lane, { kind: 'pause', forMs: 9000, isOld: true }, 0);
    expect(pauseOf(lane.recovery)).toMatchObject({ cause: 'operator', until: 5000 });
  });

  it('no answer ends what an operator has stopped, and no call tries', () => {
    const { lane, grant } = withOneCall();
    told(lane, { kind: 'pause', forMs: 86_400_000 }, 0);
    told(lane, { kind: 'answered', call: grant.call, isRefused: false }, 10);
    told(lane, { kind: 'reconsider' }, 20);
    expect(idsOf(asked(lane, tickets(1, 10), 80_000_000))).toEqual([]);
    expect(idsOf(asked(lane, tickets(1, 10), 86_400_000))).toEqual([10]);
  });

  it('a user who begins anew has a long pause tried at once', () => {
    const { lane, grant } = withOneCall();
    told(lane, { kind: 'refused', call: grant.call, ...RATE, retryAfterMs: 7_200_000 }, 0);
    told(lane, { kind: 'reconsider' }, 20);
    expect(idsOf(asked(lane, tickets(2, 10), 20))).toEqual([10]);
  });

  it('resume changes nothing where there is no pause', () => {
    const lane = lanelessOf(9);
    told(lane, { kind: 'resume' }, 100);
    expect(idsOf(asked(lane, tickets(2), 100))).toEqual([1, 2]);
  });
});

describe('the calls of a process', () => {
  it('are gone when it leaves: its slots are free', () => {
    const lane = lanelessOf(1);
    asked(lane, tickets(2), 0);
    expect(idsOf(asked(lane, tickets(1, 5), 0, 'two'))).toEqual([]);
    told(lane, { kind: 'leave' }, 0);
    expect(idsOf(decide(lane, [], 0))).toEqual([5]);
    expect(Object.keys(lane.members)).toEqual(['two']);
  });

  it('are as many in flight as it says when it joins', () => {
    const lane = lanelessOf(3);
    told(lane, { kind: 'join', inFlight: 2 }, 0);
    expect(inFlight(lane)).toBe(2);
    told(lane, { kind: 'join', inFlight: 1 }, 0);
    expect(inFlight(lane)).toBe(1);
  });

  it('come back where it didn’t hear of a grant, and can be granted again', () => {
    const { lane, grant } = withOneCall();
    told(lane, { kind: 'lapse', call: grant.call }, 0);
    expect([levelOf(lane, 0), inFlight(lane)]).toEqual([10, 0]);
    expect(idsOf(asked(lane, tickets(1), 0))).toEqual([1]);
  });

  it('are charged that went while the store was lost', () => {
    const lane = laneOf(10);
    told(lane, { kind: 'used', cost: { requests: 4 } }, 0);
    expect([levelOf(lane, 0), inFlight(lane)]).toEqual([6, 0]);
  });

  it('are charged beside what is known, where it went on with its part of the limits', () => {
    const { lane: part } = withOneCall();
    const limits = JSON.stringify(limitSet.pack(part.limits, 0));
    const { lane } = withOneCall();
    const use = readUse({ limits, at: 0 });
    told(lane, { kind: 'add', limits, at: 0, use }, 0);
    expect(levelOf(lane, 0)).toBe(8);
    const unreadable = { limits: 'no limits', at: 0 };
    told(lane, { kind: 'add', ...unreadable, use: readUse(unreadable) }, 0);
    expect(levelOf(lane, 0)).toBe(8);
  });

  it('have used what it remembers, where the store has forgotten', () => {
    const { lane: before } = withOneCall();
    const limits = JSON.stringify(limitSet.pack(before.limits, 0));
    const lane = laneOf(10);
    const use = readUse({ limits, at: 0 });
    told(lane, { kind: 'recall', limits, at: 0, use }, 0);
    expect(levelOf(lane, 0)).toBe(9);
    const unreadable = { limits: 'no limits', at: 0 };
    told(lane, { kind: 'recall', ...unreadable, use: readUse(unreadable) }, 0);
    expect(levelOf(lane, 0)).toBe(9);
  });
});
