import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FairQueue } from '../../src/queue/fair-queue.ts';
import { newTurns } from '../../src/rules/turns.ts';
import { callerOf, callOf } from './queued-calls.ts';

const CALLERS = [1, 1, 3, 0.5].map((weight, key) => callerOf(`key ${key}`, weight));

/** Calls of those callers, each with its size. */
const joined = fc.array(fc.tuple(fc.nat(3), fc.integer({ min: 1, max: 100 })), {
  minLength: 1,
  maxLength: 60,
});

function queueOf(calls: readonly (readonly [number, number])[]): FairQueue {
  const queue = new FairQueue(newTurns(), ({ tokens = 0 }) => tokens);
  for (const [id, [key, tokens]] of calls.entries()) {
    const call = callOf(CALLERS[key]!, id, { tokens });
    queue.add(call);
    queue.ahead.count(call);
  }
  return queue;
}

/** The order in which they go, one after the other. */
function served(queue: FairQueue): number[] {
  const order: number[] = [];
  while (queue.size > 0) {
    const [call] = queue.front(1, 0);
    if (call === undefined) throw new Error('Somebody waits, and nobody is first');
    order.push(call.id);
    queue.serve(call.caller, call.cost);
    queue.remove(call);
  }
  return order;
}

describe('the calls of several callers, in turn', () => {
  it('are in the order in which they go', () => {
    fc.assert(
      fc.property(joined, fc.integer({ min: 1, max: 70 }), (calls, count) => {
        const foreseen = queueOf(calls).first(count);
        expect(foreseen.map(({ id }) => id)).toEqual(served(queueOf(calls)).slice(0, count));
      }),
      { numRuns: 300 },
    );
  });

  it('are looked at only as far as they are asked for, however many callers there are', () => {
    const queue = new FairQueue(newTurns(), ({ tokens = 0 }) => tokens);
    for (let id = 0; id < 10_000; id++) {
      const call = callOf(callerOf(`key ${id}`), id, { tokens: 1 });
      queue.add(call);
      queue.ahead.count(call);
    }
    expect(queue.first(64).map(({ id }) => id)).toEqual(Array.from({ length: 64 }, (_, id) => id));
  });
});
