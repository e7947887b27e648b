import { describe, expect, it } from 'vitest';
import type { Caller } from '../../src/callers/caller.ts';
import { OthersLine } from '../../src/lane/others-line.ts';
import type { Reservation } from '../../src/lane/reservation.ts';
import { FairQueue } from '../../src/queue/fair-queue.ts';
import type { LaneState } from '../../src/rules/lane-state.ts';
import type { Ticket } from '../../src/rules/ticket.ts';
import { newTurns } from '../../src/rules/turns.ts';
import { callerOf, callOf } from '../queue/queued-calls.ts';
import { asked, lanelessOf, tickets, told } from '../rules/lanes.ts';
import { ticketOf } from '../rules/tickets.ts';

const COST = { requests: 1 };
/** The lane's time is ahead by so much. */
const AHEAD_MS = 1000;

/** A key as a store knows it: `shared a` for `a`. */
function keyed(name: string): Caller {
  const caller = callerOf(name);
  caller.digest = `shared ${name}`;
  return caller;
}

describe('the calls that other processes have in line', () => {
  const line = (...each: Ticket[]): LaneState => {
    const lane = lanelessOf(0);
    asked(lane, tickets(3), 0, 'self');
    asked(lane, each, 0, 'other');
    return lane;
  };
  const others = (name: string, count: number, said: Partial<Ticket> = {}): Ticket[] =>
    Array.from({ length: count }, (_, id) => ticketOf({ id, key: `shared ${name}`, ...said }));
  const queueOf = (...callers: Caller[]): FairQueue<Reservation> => {
    const queue = new FairQueue<Reservation>(newTurns(), () => 1);
    callers.forEach((caller, id) => {
      const call = callOf<Reservation>(caller, id, COST);
      queue.add(call);
      queue.ahead.count(call);
    });
    return queue;
  };
  const aheadOf = (lane: LaneState, queue: FairQueue<Reservation>, name = 'a', said = {}) => {
    const call = callOf(keyed(name), 100, COST, { since: 500, ...said });
    return new OthersLine(lane, 'self', AHEAD_MS).before(call, queue);
  };

  it('are none where only this process has any, or nothing is granted to the others', () => {
    expect(new OthersLine(line(), 'self', 0).tickets).toEqual([]);
    const lane = line(...others('a', 2));
    told(lane, { kind: 'presence', isHere: false }, 0, 'other');
    expect(new OthersLine(lane, 'self', 0).tickets).toEqual([]);
  });

  it('go first where they are older, or have a higher priority', () => {
    const ofKey = [
      ticketOf({ id: 1, key: 'shared a', since: 1500 }),
      ticketOf({ id: 2, key: 'shared a', since: 1501 }),
      ticketOf({ id: 3, key: 'shared a', since: 1501, priority: 1 }),
      ticketOf({ id: 4, key: 'shared a', priority: -1 }),
    ];
    const queue = queueOf(keyed('a'));
    expect(aheadOf(line(...ofKey), queue)).toMatchObject({ calls: 3, cost: { requests: 3 } });
    expect(aheadOf(line(...ofKey), queue, 'a', { priority: 2 })?.calls).toBe(0);
  });

  it('take turns with other keys, of which each has as much before the call', () => {
    const lane = line(...others('a', 2), ...others('b', 9), ...others('c', 1));
    // Three of its own, four of b, one of c.
    expect(aheadOf(lane, queueOf(keyed('a')))).toMatchObject({ calls: 8, cost: { requests: 8 } });
    // Three of b wait here.
    const b = keyed('b');
    expect(aheadOf(lane, queueOf(keyed('a'), b, b, b))?.calls).toBe(8);
    expect(aheadOf(lane, queueOf(b, b, b), 'd')?.calls).toBe(3);
  });

  it('add up', () => {
    const all = new OthersLine(line(...others('a', 2), ...others('b', 3)), 'self', 0);
    expect(all.with({ calls: 1, cost: { tokens: 7 } })).toMatchObject({
      calls: 6,
      cost: { requests: 5, tokens: 7 },
    });
  });
});
