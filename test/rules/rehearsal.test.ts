import { describe, expect, it } from 'vitest';
import { decide } from '../../src/rules/decide.ts';
import { copyOfLane } from '../../src/rules/lane-copy.ts';
import type { LaneState } from '../../src/rules/lane-state.ts';
import { Rehearsal, type Rehearsed } from '../../src/rules/rehearsal.ts';
import type { Ticket } from '../../src/rules/ticket.ts';
import { asked, ended, lanelessOf, laneOf, tickets, told } from './lanes.ts';
import { ticketOf } from './tickets.ts';

const REQUEST = { requests: 1 };

function requests(count: number): { readonly requests: number }[] {
  return Array.from({ length: count }, () => REQUEST);
}

interface Situation {
  readonly now?: number;
  readonly inFlight?: number;
  readonly waiting?: readonly Ticket[];
}

/** What comes of so many planned requests. */
function rehearsed(
  lane: LaneState,
  count: number,
  { now = 0, inFlight = 0, waiting = [] }: Situation = {},
): Rehearsed {
  const rehearsal = new Rehearsal(
    copyOfLane(lane, now),
    { count: inFlight, cost: {}, excess: {} },
    waiting,
    requests(count),
  );
  while (rehearsal.goOn(10));
  return rehearsal.outcome;
}

/** A lane whose calls lately took so long. */
function withFlights(lane: LaneState, flightMs: number): LaneState {
  lane.flight = { count: 5, meanMs: flightMs };
  return lane;
}

describe('a rehearsal', () => {
  it('ends when the last call goes, and tells what was waited for', () => {
    expect(rehearsed(laneOf(5), 12)).toEqual({ lastAt: 7000, binding: 'requests' });
    expect(rehearsed(laneOf(5), 5)).toEqual({ lastAt: 0, binding: undefined });
    expect(rehearsed(laneOf(5), 0, { now: 50 })).toEqual({ lastAt: 50, binding: undefined });
  });

  it('changes nothing in the lane', () => {
    const lane = laneOf(5);
    asked(lane, tickets(8), 0);
    const before = structuredClone(lane);
    rehearsed(lane, 100);
    expect(lane).toEqual(before);
  });

  it('is when the calls go indeed', () => {
    const lane = laneOf(3);
    const planned = rehearsed(lane, 30);
    asked(lane, tickets(30), 0);
    let last = 0;
    for (let now = 0; now <= 60_000; now++) {
      if (decide(lane, [], now).granted.length > 0) last = now;
    }
    expect(planned.lastAt).toBe(last);
  });

  it('lets the calls that wait go first', () => {
    const waiting = tickets(4, 100);
    expect(rehearsed(laneOf(5), 6, { waiting }).lastAt).toBe(5000);
    expect(rehearsed(laneOf(1), 0, { waiting }).lastAt).toBe(0);
  });

  it('starts when the pause is over, without a probe', () => {
    const lane = lanelessOf(9);
    told(lane, { kind: 'pause', forMs: 5000 }, 0);
    expect(rehearsed(lane, 3, { now: 1000 })).toEqual({ lastAt: 5000, binding: undefined });
  });

  it('has calls in flight for as long as they lately were', () => {
    const lane = withFlights(lanelessOf(2), 300);
    expect(rehearsed(lane, 6)).toEqual({ lastAt: 600, binding: 'concurrency' });
    // Two in flight end one after the other, evenly.
    expect(rehearsed(lane, 2, { inFlight: 2 })).toEqual({ lastAt: 300, binding: 'concurrency' });
  });

  it('never ends where nobody knows how long calls are in flight', () => {
    const { lastAt, binding } = rehearsed(lanelessOf(2), 3);
    expect([lastAt, binding]).toEqual([Number.POSITIVE_INFINITY, 'concurrency']);
  });

  it('leaves out calls that can never go', () => {
    const large = ticketOf({ id: 0, cost: { requests: 61 } });
    expect(rehearsed(laneOf(5), 5, { waiting: [large] }).lastAt).toBe(0);
  });

  it('goes on bit by bit, with the same outcome', () => {
    const lane = withFlights(laneOf(5), 10);
    const nothing = { count: 0, cost: {}, excess: {} };
    const rehearsal = new Rehearsal(copyOfLane(lane, 0), nothing, [], requests(200));
    expect(rehearsal.goOn(100)).toBe(true);
    expect(rehearsal.outcome.lastAt).toBe(Number.POSITIVE_INFINITY);
    expect(rehearsal.goOn(100)).toBe(false);
    expect(rehearsal.outcome).toEqual({ lastAt: 195_000, binding: 'requests' });
    expect(rehearsed(lane, 200)).toEqual(rehearsal.outcome);
  });
});

describe('the copy of a lane', () => {
  it('knows what the calls in flight have taken, and none that waits', () => {
    const lane = laneOf(5);
    const [grant] = asked(lane, tickets(9), 0).granted;
    const { state } = copyOfLane(lane, 0);
    expect(state.members).toEqual({});
    expect(state.limits).toEqual(lane.limits);
    told(lane, ended(grant!, { actual: {} }), 0);
    expect(state.limits).not.toEqual(lane.limits);
  });
});
