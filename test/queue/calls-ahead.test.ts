import { describe, expect, it } from 'vitest';
import { FairQueue } from '../../src/queue/fair-queue.ts';
import { newTurns } from '../../src/rules/turns.ts';
import { callerOf, callOf } from './queued-calls.ts';

const alice = callerOf('alice');
const bob = callerOf('bob');
const queueOf = (): FairQueue => new FairQueue(newTurns(), ({ tokens = 0 }) => tokens);

describe('what goes before a new call', () => {
  const ahead = (tokens: number) => expect.objectContaining({ tokens });

  it('is its caller’s own of that priority or above, and as much of each other caller’s', () => {
    const queue = queueOf();
    const calls = [
      callOf(alice, 1, { tokens: 10 }, { priority: 1 }),
      callOf(alice, 2, { tokens: 20 }),
      callOf(bob, 3, { tokens: 500 }),
      callOf(bob, 4, { tokens: 500 }),
      callOf(bob, 5, { tokens: 500 }),
    ];
    for (const call of calls) {
      queue.add(call);
      queue.ahead.count(call);
    }
    // Alice's first call, 10 tokens, then the new one of 10: two calls and 20 tokens of Bob's.
    expect(queue.ahead.of(alice, { tokens: 10 }, 1)).toEqual({ calls: 3, cost: ahead(30) });
    expect(queue.ahead.of(alice, { tokens: 10 }, 0)).toEqual({ calls: 5, cost: ahead(70) });
    expect(queue.ahead.own(alice, 0)).toEqual({ calls: 2, cost: ahead(30) });
    queue.hold(bob, 1000);
    expect(queue.ahead.of(alice, { tokens: 10 }, 0)).toEqual({ calls: 2, cost: ahead(30) });
  });

  it('counts a call once, from when it is known to wait until it goes', () => {
    const queue = queueOf();
    const call = callOf(alice, 1, { tokens: 10 });
    queue.add(call);
    expect(queue.ahead.all).toEqual({ calls: 0, cost: {} });
    queue.ahead.count(call);
    queue.ahead.count(call);
    expect(queue.ahead.all).toEqual({ calls: 1, cost: ahead(10) });
    queue.remove(call);
    expect(queue.ahead.all).toEqual({ calls: 0, cost: {} });
  });
});
