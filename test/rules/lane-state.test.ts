import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { laneState } from '../../src/rules/lane-codec.ts';
import { inFlight, isAwaited, memberOf, newLane } from '../../src/rules/lane-state.ts';
import { limitsOf } from '../../src/rules/limits/limit-set.ts';
import { LaneHistory, laneHistories, openings } from './lane-histories.ts';
import { asked, lanelessOf, laneOf, tickets } from './lanes.ts';
import { START } from './limits/limit-histories.ts';
import { stored } from './limits/stored.ts';

describe('a lane’s value', () => {
  it('is read from a store as it was written, and goes on alike, whatever happens', () => {
    let granted = 0;
    fc.assert(
      fc.property(openings, fc.boolean(), laneHistories, (opening, isOpen, history) => {
        const kept = new LaneHistory(newLane(opening, START));
        const read = new LaneHistory(newLane(opening, START));
        kept.state.isOpen = isOpen;
        read.state.isOpen = isOpen;
        let now = START;
        for (const step of history) {
          now += step.afterMs;
          const decision = kept.play(step, now);
          granted += decision.granted.length;
          expect(read.play(step, now)).toEqual(decision);
          read.state = stored(laneState, read.state, Math.max(now, read.state.at));
          expect(read.state).toEqual(kept.state);
        }
      }),
      { numRuns: 60 },
    );
    // Else the histories show little.
    expect(granted).toBeGreaterThan(500);
  });

  it('has no caller’s own limits, whose place is another value', () => {
    const lane = lanelessOf(0);
    asked(lane, tickets(1), 0);
    expect(stored(laneState, lane, 0).members.one?.tickets[0]?.own).toBeUndefined();
  });

  it('does not grow with the calls that have gone', () => {
    const lane = laneOf(60);
    const sizeAfter = (from: number, until: number): number => {
      for (let second = from; second < until; second++) {
        asked(lane, tickets(1, second), 1000 * second);
        memberOf(lane, 'one').inFlight = 0;
      }
      return JSON.stringify(laneState.pack(lane, lane.at)).length;
    };
    const before = sizeAfter(0, 600);
    expect(sizeAfter(600, 3600) - before).toBeLessThan(100);
  });
});

describe('a new lane', () => {
  it('has the limits that it begins with, nobody, and nothing in flight', () => {
    const lane = laneOf(5);
    expect(limitsOf(lane.limits)).toMatchObject([{ dimension: 'requests', max: 60 }]);
    expect([isAwaited(lane), inFlight(lane), lane.members]).toEqual([false, 0, {}]);
    expect(lane.recovery.phase).toBe('open');
    expect(laneOf(5, { isCold: true }).recovery.phase).toBe('probing');
  });

  it('knows its processes as they come', () => {
    const lane = laneOf(5);
    const one = memberOf(lane, 'one');
    expect(memberOf(lane, 'one')).toBe(one);
    one.inFlight = 2;
    memberOf(lane, 'two').inFlight = 3;
    expect(inFlight(lane)).toBe(5);
  });

  it('is awaited where a process asks that is not away', () => {
    const lane = laneOf(5);
    const one = memberOf(lane, 'one');
    one.tickets = tickets(1);
    expect(isAwaited(lane)).toBe(true);
    one.isAway = true;
    expect(isAwaited(lane)).toBe(false);
  });
});
