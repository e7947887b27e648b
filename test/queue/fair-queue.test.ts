import { describe, expect, it } from 'vitest';
import type { Caller } from '../../src/callers/caller.ts';
import { FairQueue } from '../../src/queue/fair-queue.ts';
import type { QueuedCall } from '../../src/queue/queued-call.ts';
import { memberOf } from '../../src/rules/lane-state.ts';
import { sizeOf } from '../../src/rules/limits/limit-levels.ts';
import { LOOKED_AT } from '../../src/rules/pick-next.ts';
import { newTurns } from '../../src/rules/turns.ts';
import { describeFairness, type FairBench, type Joining, OneByOne } from '../support/fairness.ts';
import { callerOf, callOf } from './queued-calls.ts';

/** A queue whose first calls ask, as they do in a lane that is kept in memory. */
class QueueBench implements FairBench {
  readonly #lane = new OneByOne();
  readonly #calls = new Map<number, QueuedCall>();
  readonly #callers: readonly Caller[];
  readonly #queue = new FairQueue(this.#lane.state.turns, (cost) =>
    sizeOf(this.#lane.state.limits, cost),
  );

  constructor(weights: readonly number[]) {
    this.#callers = weights.map((weight, key) => callerOf(`key ${key}`, weight));
  }

  join({ key, size, id, priority }: Joining): void {
    const caller = this.#callers[key];
    if (caller === undefined) throw new Error(`There is no key ${key}`);
    const call = callOf(caller, id, { tokens: size }, { priority });
    this.#calls.set(id, call);
    this.#queue.add(call);
  }

  leave({ id }: Joining): void {
    const call = this.#calls.get(id);
    if (call !== undefined) this.#queue.remove(call);
    this.#calls.delete(id);
  }

  serve(): number | undefined {
    memberOf(this.#lane.state, '').tickets = [...this.#queue.front(LOOKED_AT, 0)];
    const id = this.#lane.next([])?.ticket.id;
    const call = id === undefined ? undefined : this.#calls.get(id);
    if (call === undefined) return id;
    this.#queue.served(call.caller);
    this.leave({ ...call, size: 0, key: 0 });
    return id;
  }

  get remembered(): number {
    return Object.keys(this.#lane.state.turns.keys).length;
  }
}

describe('a queue', () => {
  describeFairness((weights) => new QueueBench(weights));
});

function queueOf(): FairQueue {
  return new FairQueue(newTurns(), ({ tokens = 0 }) => tokens);
}

const [alice, bob, carol] = [callerOf('alice'), callerOf('bob'), callerOf('carol')];

describe('the front of a queue', () => {
  const ids = (queue: FairQueue, count: number) => queue.front(count, 0).map(({ id }) => id);

  it('is the first call of each caller, then the second ones', () => {
    const queue = queueOf();
    for (const id of [1, 2, 3]) queue.add(callOf(alice, id, { tokens: 1 }));
    queue.add(callOf(bob, 4, { tokens: 1 }));
    for (const id of [5, 6]) queue.add(callOf(carol, id, { tokens: 1 }));
    expect(ids(queue, 10)).toEqual([1, 4, 5, 2, 6, 3]);
    expect(ids(queue, 4)).toEqual([1, 4, 5, 2]);
    expect(ids(queue, 2)).toEqual([1, 4]);
  });

  it('is not asked of callers that are held, however many there are', () => {
    const queue = queueOf();
    for (let id = 0; id < 10_000; id++) {
      const held = callerOf(`key ${id}`);
      queue.add(callOf(held, id, { tokens: 1 }));
      queue.hold(held, 1000);
    }
    queue.add(callOf(alice, 10_000, { tokens: 1 }));
    expect(ids(queue, 64)).toEqual([10_000]);
    expect(queue.size).toBe(10_001);
  });
});

describe('a caller that is held', () => {
  const keysAt = (queue: FairQueue, now: number) =>
    queue.front(10, now).map(({ caller }) => caller.key);

  it('is left out until then', () => {
    const queue = queueOf();
    for (const id of [1, 2]) queue.add(callOf(alice, id, { tokens: 100 }));
    queue.add(callOf(bob, 3, { tokens: 1 }));
    queue.hold(alice, 500);
    expect(queue.heldUntil).toBe(500);
    expect(keysAt(queue, 499)).toEqual(['bob']);
    expect(keysAt(queue, 500)).toEqual(['alice', 'bob', 'alice']);
    expect(queue.heldUntil).toBe(Number.POSITIVE_INFINITY);
  });

  it('is back once another call is its first: that one may have room', () => {
    const queue = queueOf();
    const large = callOf(alice, 1, { tokens: 100 });
    queue.add(large);
    queue.add(callOf(alice, 2, { tokens: 1 }));
    queue.hold(alice, 900);
    queue.remove(large);
    expect(keysAt(queue, 0)).toEqual(['alice']);
    queue.hold(alice, 900);
    queue.add(callOf(alice, 3, { tokens: 1 }));
    expect(keysAt(queue, 0)).toEqual([]);
    queue.add(callOf(alice, 4, { tokens: 1 }, { priority: 1 }));
    expect(keysAt(queue, 0)).toEqual(['alice', 'alice', 'alice']);
  });

  it('is back when its limits have room', () => {
    const queue = queueOf();
    queue.add(callOf(alice, 1, { tokens: 1 }));
    queue.hold(alice, 900);
    queue.release(alice);
    expect(keysAt(queue, 0)).toEqual(['alice']);
  });
});

describe('the queue knows', () => {
  it('that a call is behind where it is its caller’s last, with so many before it', () => {
    const queue = queueOf();
    const calls = [1, 2, 3].map((id) => callOf(alice, id, { tokens: 1 }));
    for (const call of calls) queue.add(call);
    expect(calls.map((call) => queue.isBehind(call, 2))).toEqual([false, false, true]);
    expect(queue.isBehind(calls[2]!, 3)).toBe(false);
  });
});
