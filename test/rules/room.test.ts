import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Cost, DIMENSIONS } from '../../src/model/limits.ts';
import { laneState } from '../../src/rules/lane-codec.ts';
import { isAwaited, type LaneState, memberOf, newLane } from '../../src/rules/lane-state.ts';
import { take, wait } from '../../src/rules/limits/limit-waits.ts';
import { pauseOf } from '../../src/rules/recovery-state.ts';
import { type LaneRoom, roomOf } from '../../src/rules/room.ts';
import { noteTaken } from '../../src/rules/taken.ts';
import { LaneHistory, laneHistories, openings } from './lane-histories.ts';
import { asked, laneOf, tickets, told } from './lanes.ts';
import { START } from './limits/limit-histories.ts';
import { stored } from './limits/stored.ts';

/** Shares of a room, and when each is taken: together all of it. */
const parts = fc.array(
  fc.record({
    share: fc.double({ min: 0.01, max: 1, noNaN: true }),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  { minLength: 1, maxLength: 12 },
);

function partOf({ cost }: LaneRoom, share: number): Cost {
  const amounts = DIMENSIONS.map((each) => [each, share * Math.min(cost[each] ?? 0, 1e12)]);
  return Object.fromEntries(amounts);
}

describe('the room of a lane', () => {
  it('has place for all that is taken of it, in whatever parts and whenever until its end', () => {
    let [rooms, histories] = [0, 0];
    fc.assert(
      fc.property(openings, laneHistories, parts, (opening, history, taken) => {
        histories += 1;
        const lane = new LaneHistory(newLane(opening, START));
        let now = START;
        for (const step of history) {
          now = Math.max(now, lane.state.at) + Math.max(0, step.afterMs);
          lane.play(step, now);
          const room = roomOf(lane.state, now);
          if (room === undefined) continue;
          rooms += 1;
          const { limits } = stored(laneState, lane.state, now);
          const sum = taken.reduce((all, { share }) => all + share, 0);
          const times = taken
            .map(({ at }) => now + at * Math.min(10_000, room.until - now))
            .sort((a, b) => a - b);
          for (const [i, { share }] of taken.entries()) {
            const at = times[i] ?? now;
            const cost = partOf(room, (0.999999 * share) / sum);
            expect(wait(limits, cost, at).waitMs).toBe(0);
            take(limits, cost, at);
          }
        }
      }),
      { numRuns: 100 },
    );
    // Else the histories show little.
    expect(rooms).toBeGreaterThan(histories / 2);
  });

  it('is half of what is left, for ten seconds', () => {
    const lane = laneOf(60);
    const { cost, calls, until } = roomOf(lane, 0) ?? {};
    expect({ requests: cost?.requests, tokens: cost?.tokens, calls, until }).toEqual({
      ...{ requests: 30, tokens: Number.POSITIVE_INFINITY },
      ...{ calls: 50, until: 10_000 },
    });
  });

  it('is none while a call waits, in a pause, after it, and where nothing is left', () => {
    const waiting = laneOf(5);
    asked(waiting, tickets(6), 0);
    expect(isAwaited(waiting)).toBe(true);
    expect(roomOf(waiting, 0)).toBeUndefined();

    const paused = laneOf(5);
    told(paused, { kind: 'pause', forMs: 1000 }, 0);
    expect(pauseOf(paused.recovery)).toBeDefined();
    expect(roomOf(paused, 0)).toBeUndefined();
    told(paused, { kind: 'reconsider' }, 1001);
    expect(roomOf(paused, 1001)).toBeUndefined();

    const empty = laneOf(5);
    asked(empty, tickets(5), 0);
    expect(roomOf(empty, 0)).toBeUndefined();
  });

  it('leaves half of the free slots', () => {
    const lane: LaneState = laneOf(60);
    lane.learning.concurrency.limit = 10;
    memberOf(lane, 'one').inFlight = 4;
    expect(roomOf(lane, 0)?.calls).toBe(3);
  });
});

describe('calls that were taken from the room', () => {
  it('count from when the lane hears of them, and are in flight', () => {
    const lane = laneOf(60);
    noteTaken(lane, 'one', [{ id: 7, cost: { requests: 1 }, at: 0 }], 0);
    noteTaken(lane, 'one', [{ id: 8, cost: { requests: 1 }, at: 0 }], 0);
    expect(memberOf(lane, 'one')).toMatchObject({ inFlight: 2, granted: [7, 8] });
    expect(lane.limits.taken.requests).toBe(2);
    expect(roomOf(lane, 0)?.cost.requests).toBe(29);
  });

  it('are not granted once more to a process that asked before it knew', () => {
    const lane = laneOf(60);
    const [first] = tickets(1);
    if (first === undefined) throw new Error('Expected a ticket');
    noteTaken(lane, 'one', [{ id: first.id, cost: first.cost, at: 0 }], 0);
    expect(asked(lane, tickets(1), 0).granted).toEqual([]);
  });
});
