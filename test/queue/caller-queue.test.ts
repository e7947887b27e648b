import { describe, expect, it } from 'vitest';
import { CallerQueue } from '../../src/queue/caller-queue.ts';
import { begin, newTurns } from '../../src/rules/turns.ts';
import { callerOf, callOf } from './queued-calls.ts';

const alice = callerOf('alice');

function queueOf(): CallerQueue {
  return new CallerQueue(alice, begin(newTurns(), alice.id, { size: 1, weight: 1 }, undefined));
}

function idsOf(queue: CallerQueue): number[] {
  return [...queue.calls()].map(({ id }) => id);
}

/** A call of ten tokens. */
const call = (id: number, priority = 0, since = 0) =>
  callOf(alice, id, { tokens: 10 }, { priority, since });

describe('the calls of one caller', () => {
  it('are in the order of priority, then of age, whatever the order in which they came', () => {
    const queue = queueOf();
    const calls = [call(5), call(3), call(4, 2), call(1, 2), call(2, -1), call(9, 2, -5)];
    for (const each of calls) queue.insert(each);
    expect(idsOf(queue)).toEqual([9, 1, 4, 3, 5, 2]);
    expect(queue.size).toBe(6);
  });

  it('can leave from anywhere', () => {
    const queue = queueOf();
    const calls = [1, 2, 3, 4, 5].map((id) => call(id, id % 2));
    for (const each of calls) queue.insert(each);
    for (const id of [3, 1, 4]) queue.remove(calls[id - 1]!);
    expect(idsOf(queue)).toEqual([5, 2]);
    queue.remove(calls[4]!);
    queue.remove(calls[1]!);
    expect([queue.size, queue.first, idsOf(queue)]).toEqual([0, undefined, []]);
    queue.insert(calls[2]!);
    expect(idsOf(queue)).toEqual([3]);
  });

  it('begin with the oldest one, once nine have passed it', () => {
    const queue = queueOf();
    for (const each of [call(1), call(2, 1), call(3, 1)]) queue.insert(each);
    queue.clock.passing = 8;
    expect(queue.first?.id).toBe(2);
    queue.clock.passing = 9;
    expect(queue.first?.id).toBe(1);
    expect(idsOf(queue)).toEqual([1, 2, 3]);
  });

  it('count in forecasts only once they are known to wait, and by priority', () => {
    const queue = queueOf();
    const calls = [call(1), call(2, 1), call(3, 1), call(4, -1)];
    for (const each of calls) queue.insert(each);
    expect(queue.before(-9)).toEqual({ calls: 0, cost: expect.objectContaining({ tokens: 0 }) });
    for (const each of calls) {
      each.isCounted = true;
      queue.count(each);
    }
    const ahead = (priority: number) => {
      const { calls, cost } = queue.before(priority);
      return [calls, cost.tokens ?? 0];
    };
    expect([2, 1, 0, -9].map(ahead)).toEqual([
      [0, 0],
      [2, 20],
      [3, 30],
      [4, 40],
    ]);
    queue.remove(calls[1]!);
    expect(ahead(0)).toEqual([2, 20]);
  });

  it('know which one is the last', () => {
    const queue = queueOf();
    const [one, two] = [call(1), call(2, 1)];
    queue.insert(one);
    queue.insert(two);
    expect([queue.isLast(one), queue.isLast(two)]).toEqual([true, false]);
  });
});
