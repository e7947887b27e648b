import { describe, expect, it } from 'vitest';
import type { Caller } from '../../src/callers/caller.ts';
import { Dispatcher, slotsOf } from '../../src/lane/dispatcher.ts';
import { LocalKeeper } from '../../src/lane/lane-keeper.ts';
import { Reservation } from '../../src/lane/reservation.ts';
import { CallQueue } from '../../src/queue/call-queue.ts';
import { FairQueue } from '../../src/queue/fair-queue.ts';
import type { QueuedCall } from '../../src/queue/queued-call.ts';
import type { LaneState } from '../../src/rules/lane-state.ts';
import { sizeOf } from '../../src/rules/limits/limit-levels.ts';
import { adoptTerms } from '../../src/rules/own-limits.ts';
import type { Ticket } from '../../src/rules/ticket.ts';
import { callerOf, callOf } from '../queue/queued-calls.ts';
import { lanelessOf, laneOf } from '../rules/lanes.ts';
import { FastClock } from '../support/fast-clock.ts';

const LISTENER = { sent: () => {}, answered: () => {}, ended: () => {} };

/** Counts how often the rules are asked. */
class Keeper extends LocalKeeper {
  asked = 0;

  override ask(tickets: readonly Ticket[]): void {
    this.asked++;
    super.ask(tickets);
  }
}

/** A caller that may send a request a second. */
function limited(key: string): Caller {
  const caller = callerOf(key);
  const limits = [{ dimension: 'requests', max: 60, windowMs: 60_000 }] as const;
  const shape = { enforcement: 'bucket', burstSeconds: 1 } as const;
  adoptTerms(caller.own, { limits, shape, concurrency: 9 }, 0);
  return caller;
}

class Bench {
  readonly clock = new FastClock();
  readonly lines: string[] = [];
  readonly keeper: Keeper;
  readonly queue: CallQueue<Reservation>;
  readonly dispatcher: Dispatcher;
  decided = 0;
  readonly #alice = callerOf('alice');
  #last = 0;

  constructor(state: LaneState) {
    this.keeper = new Keeper(state, this.clock);
    const fair = new FairQueue<Reservation>(state.turns, (cost) => sizeOf(state.limits, cost));
    this.queue = new CallQueue(fair, 100, {
      onSlot: () => {},
      onLeave: (call) => this.dispatcher.forget(call),
    });
    this.dispatcher = new Dispatcher(this.keeper, this.queue, this.clock, {
      granted: (call, { call: sent, own, ticket }) => {
        this.note(`start ${ticket.id}`);
        const { caller, id, since } = call;
        const admission = { call: sent, callId: 'a', caller, own, waitedMs: 0 };
        const rest = { ownReservation: undefined, place: { id, since } };
        this.queue.promote(call, new Reservation({ ...admission, ...rest }, LISTENER));
      },
      unfit: (call, { limit }) => {
        this.note(`${call.id} exceeds ${limit.max}`);
        this.queue.leave(call, 'too large');
      },
      decided: () => {
        this.decided++;
      },
    });
  }

  note(what: string): void {
    this.lines.push(`${this.clock.now()} ${what}`);
  }

  join(count: number, caller: Caller = this.#alice, requests = 1): QueuedCall<Reservation>[] {
    return Array.from({ length: count }, () => {
      const call = callOf<Reservation>(caller, ++this.#last, { requests });
      this.queue.join(call);
      return call;
    });
  }
}

describe('a dispatcher', () => {
  it('starts what may go now, and the rest when it is due', async () => {
    const bench = new Bench(laneOf(2));
    bench.join(4);
    bench.dispatcher.look();
    expect(bench.lines).toEqual(['0 start 1', '0 start 2']);
    await bench.clock.run();
    expect(bench.lines.slice(2)).toEqual(['1000 start 3', '2000 start 4']);
    expect(bench.clock.pending).toBe(0);
  });

  it('starts any number that may go at once, of which the rules see the first 64', () => {
    const bench = new Bench(lanelessOf(1000));
    bench.join(500);
    bench.dispatcher.look();
    expect(bench.lines).toHaveLength(500);
    expect([bench.queue.size, bench.decided]).toEqual([0, 1]);
  });

  it('looks once for all that happens in one go', async () => {
    const bench = new Bench(laneOf(2));
    for (let i = 0; i < 100; i++) bench.dispatcher.lookSoon();
    expect(bench.keeper.asked).toBe(0);
    await bench.clock.settle();
    expect(bench.keeper.asked).toBe(1);
  });

  it('looks at a call that joins only where that can change who goes next', () => {
    const bench = new Bench(laneOf(1));
    bench.join(64);
    bench.dispatcher.look();
    const asked = bench.keeper.asked;
    const [inFront] = bench.join(1);
    bench.dispatcher.lookAt(inFront!);
    expect(bench.keeper.asked).toBe(asked + 1);
    const [behind] = bench.join(1);
    bench.dispatcher.lookAt(behind!);
    expect(bench.keeper.asked).toBe(asked + 1);
  });

  it('takes out calls that can never go', () => {
    const bench = new Bench(laneOf(2));
    bench.join(1, undefined, 61);
    bench.join(1);
    bench.dispatcher.look();
    expect(bench.lines).toEqual(['0 1 exceeds 60', '0 start 2']);
  });

  it('leaves out a caller whose own limits hold it back, until these have room', async () => {
    const bench = new Bench(lanelessOf(100));
    bench.join(3, limited('bob'));
    bench.join(2);
    bench.dispatcher.look();
    expect(bench.lines).toEqual(['0 start 1', '0 start 4', '0 start 5']);
    await bench.clock.run();
    expect(bench.lines.slice(3)).toEqual(['1000 start 2', '2000 start 3']);
  });

  it('wakes for a caller that is held, however often it looks meanwhile', async () => {
    const bench = new Bench(lanelessOf(100));
    bench.join(2, limited('bob'));
    for (let look = 0; look < 4; look++) bench.dispatcher.look();
    await bench.clock.run();
    expect(bench.lines).toEqual(['0 start 1', '1000 start 2']);
  });

  it('asks nothing where nothing waits, except for what has left since it asked', () => {
    const bench = new Bench(laneOf(1));
    const [, behind] = bench.join(2);
    bench.dispatcher.look();
    bench.queue.leave(behind!, 'gone');
    const { asked } = bench.keeper;
    for (let look = 0; look < 4; look++) bench.dispatcher.look();
    expect(bench.keeper.asked).toBe(asked + 1);
  });

  it('starts nothing by itself once it is stopped', async () => {
    const bench = new Bench(laneOf(1));
    bench.join(2);
    bench.dispatcher.look();
    bench.dispatcher.stop();
    bench.dispatcher.look();
    await bench.clock.run();
    expect([bench.lines, bench.clock.pending]).toEqual([['0 start 1'], 0]);
  });

  it('gives back what is granted to a call that was given up meanwhile', () => {
    const bench = new Bench(laneOf(2));
    const [call] = bench.join(1, limited('bob'));
    const { keeper } = bench;
    keeper.ask = (tickets) => {
      bench.queue.leave(call!, 'given up');
      LocalKeeper.prototype.ask.call(keeper, tickets);
    };
    call!.promised.reject = () => bench.note('reject 1');
    bench.dispatcher.look();
    expect(bench.lines).toEqual(['0 reject 1']);
    const [meter] = keeper.state.limits.meters;
    expect([meter?.bucket.level, keeper.state.members['']?.inFlight]).toEqual([2, 0]);
    expect(call?.own).toMatchObject({
      inFlight: 0,
      limits: { meters: [{ bucket: { level: 1 } }] },
    });
  });
});

describe('the slots of a process', () => {
  it('are its share of what may be in flight, and one at least', () => {
    const state = lanelessOf(10);
    expect([1, 0.5, 0.25, 0.01].map((share) => slotsOf({ state, share }))).toEqual([10, 5, 2, 1]);
  });
});
