import { describe, expect, it } from 'vitest';
import { decide, obstacle } from '../../src/rules/decide.ts';
import { inFlight } from '../../src/rules/lane-state.ts';
import { newOwnLimits } from '../../src/rules/own-limits.ts';
import { stop } from '../../src/rules/recovery.ts';
import { asked, ended, idsOf, lanelessOf, laneOf, tickets, told } from './lanes.ts';
import { ticketOf } from './tickets.ts';

describe('a decision', () => {
  it('lets as many calls go as there is room for, in order, and says what blocks the next', () => {
    const lane = laneOf(2);
    const first = asked(lane, tickets(4), 0);
    expect(idsOf(first)).toEqual([1, 2]);
    expect(first.blocked).toEqual({ reason: 'requests', waitMs: 1000 });
    const next = decide(lane, [], 1000);
    expect(idsOf(next)).toEqual([3]);
    expect(next.blocked).toEqual({ reason: 'requests', waitMs: 1000 });
  });

  it('says nothing of a lane in which nobody waits', () => {
    const nothing = { granted: [], unfit: [], held: [], blocked: undefined };
    expect(decide(laneOf(2), [], 0)).toEqual(nothing);
    expect(asked(laneOf(2), tickets(2), 0).blocked).toBeUndefined();
  });

  it('takes the cost of a call as it lets it go, and tells what was taken by then', () => {
    const lane = laneOf(5);
    const { granted } = asked(lane, tickets(2), 7);
    expect(granted.map(({ member }) => member)).toEqual(['one', 'one']);
    expect(granted.map(({ call }) => call)).toMatchObject([
      { id: 1, cost: { requests: 1 }, at: 7, epoch: 0, taken: { requests: 1 } },
      { id: 2, cost: { requests: 1 }, at: 7, epoch: 0, taken: { requests: 2 } },
    ]);
    expect(inFlight(lane)).toBe(2);
  });

  it('starts no more calls than may be in flight, whoever started the others', () => {
    const lane = lanelessOf(2);
    const [first] = asked(lane, tickets(1), 0).granted;
    const two = asked(lane, tickets(2, 10), 0, 'two');
    expect(idsOf(two)).toEqual([10]);
    const waitMs = Number.POSITIVE_INFINITY;
    expect(two.blocked).toEqual({ reason: 'concurrency', waitMs });
    told(lane, ended(first!), 5);
    expect(idsOf(decide(lane, [], 5))).toEqual([11]);
  });

  it('takes out a call that can never go, and goes on with the next', () => {
    const lane = laneOf(2);
    const large = ticketOf({ id: 1, cost: { requests: 61 } });
    const decision = asked(lane, [large, ticketOf({ id: 2 })], 0);
    expect(decision.unfit).toMatchObject([
      { ticket: { id: 1 }, member: 'one', cost: { requests: 61 }, limit: { max: 60 } },
    ]);
    expect(idsOf(decision)).toEqual([2]);
    expect(lane.members.one?.tickets).toEqual([]);
  });

  it('leaves out keys that their own limits hold back, and says for how long', () => {
    const lane = laneOf(5);
    const own = { ...newOwnLimits(0), concurrency: 0 };
    const decision = asked(lane, [ticketOf({ id: 1, key: 'b', own }), ticketOf({ id: 2 })], 0);
    expect(idsOf(decision)).toEqual([2]);
    const waitMs = Number.POSITIVE_INFINITY;
    expect(decision.held).toMatchObject([{ ticket: { id: 1 }, waitMs, reason: 'concurrency' }]);
  });

  it('is the same in time that runs backwards', () => {
    const lane = laneOf(1);
    asked(lane, tickets(2), 5000);
    const earlier = decide(lane, [], 1000);
    expect(earlier.blocked).toEqual({ reason: 'requests', waitMs: 1000 });
    expect(lane.at).toBe(5000);
    expect(idsOf(decide(lane, [], 6000))).toEqual([2]);
  });

  it('lets every call go while the lane is open, whatever its limits say', () => {
    const lane = laneOf(1);
    lane.isOpen = true;
    expect(idsOf(asked(lane, tickets(50), 0))).toHaveLength(50);
  });

  it('grants nothing to a process that is away, and again once it is here', () => {
    const lane = laneOf(5);
    told(lane, { kind: 'presence', isHere: false }, 0);
    expect(idsOf(asked(lane, tickets(1), 0))).toEqual([]);
    expect(idsOf(asked(lane, tickets(1, 10), 0, 'two'))).toEqual([10]);
    told(lane, { kind: 'presence', isHere: true }, 0);
    expect(idsOf(decide(lane, [], 0))).toEqual([1]);
  });
});

describe('after a pause', () => {
  it('no call goes before it is over, then one, whatever the limits say', () => {
    const lane = laneOf(1);
    asked(lane, tickets(1), 0);
    stop(lane.recovery, { cause: 'rate', since: 0, until: 500, probeAt: 9000, isSure: true });
    const paused = asked(lane, tickets(3, 2), 100);
    expect(paused).toMatchObject({ granted: [], blocked: { reason: 'paused', waitMs: 400 } });
    const over = decide(lane, [], 500);
    expect(idsOf(over)).toEqual([2]);
    expect(over.blocked).toEqual({ reason: 'paused', waitMs: 1000 });
  });

  it('one goes when the limits have room, where an operator paused the lane', () => {
    const lane = laneOf(1);
    asked(lane, tickets(1), 0);
    told(lane, { kind: 'pause', forMs: 500 }, 0);
    asked(lane, tickets(2, 2), 100);
    expect(decide(lane, [], 500)).toMatchObject({ granted: [], blocked: { reason: 'requests' } });
    expect(idsOf(decide(lane, [], 1000))).toEqual([2]);
  });

  it('the next call goes once the first one is answered', () => {
    const lane = lanelessOf(10);
    told(lane, { kind: 'pause', forMs: 500 }, 0);
    const [probe] = asked(lane, tickets(4), 500).granted;
    told(lane, { kind: 'answered', call: probe!.call, isRefused: false }, 600);
    expect(idsOf(decide(lane, [], 600))).toEqual([2, 3]);
  });

  it('more calls go after a second without an answer', () => {
    const lane = lanelessOf(10);
    told(lane, { kind: 'pause', forMs: 500 }, 0);
    expect(idsOf(asked(lane, tickets(4), 500))).toEqual([1]);
    expect(idsOf(decide(lane, [], 1499))).toEqual([]);
    expect(idsOf(decide(lane, [], 1500))).toEqual([2]);
  });
});

describe('the call that tries after a pause', () => {
  it('is the first one, and after two refusals in a row one that was refused less often', () => {
    const queue = [ticketOf({ id: 1, refusals: 3 }), ticketOf({ id: 2 }), ticketOf({ id: 3 })];
    const pause = { cause: 'rate', since: 0, until: 300, probeAt: 9000, isSure: true } as const;
    const tried = (streak: number): number[] => {
      const lane = lanelessOf(9);
      stop(lane.recovery, pause);
      lane.recovery.streak = streak;
      return idsOf(asked(lane, queue, 300));
    };
    expect([tried(1), tried(2)]).toEqual([[1], [2]]);
  });
});

describe('what keeps any call from going', () => {
  it('is a pause, then a slot, then the first response of a lane that is not known yet', () => {
    const lane = lanelessOf(1, { isCold: true });
    expect(obstacle(lane, 0)).toBeUndefined();
    expect(asked(lane, tickets(2), 0).blocked?.reason).toBe('concurrency');
    const wide = lanelessOf(9, { isCold: true });
    expect(asked(wide, tickets(2), 0).blocked).toEqual({ reason: 'learning', waitMs: 1000 });
    stop(lane.recovery, { cause: 'rate', since: 0, until: 300, probeAt: 9000, isSure: true });
    expect(obstacle(lane, 100)).toEqual({ reason: 'paused', waitMs: 200 });
  });
});
