import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { CallQueue } from '../../src/queue/call-queue.ts';
import { FairQueue } from '../../src/queue/fair-queue.ts';
import type { QueuedCall } from '../../src/queue/queued-call.ts';
import { newTurns } from '../../src/rules/turns.ts';
import { callerOf, callOf } from './queued-calls.ts';

/** What a call is granted: it goes on until `end` is called. */
interface Flight {
  readonly done: Promise<void>;
  readonly end: () => void;
}

function flight(): Flight {
  let end = (): void => {};
  const done = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { done, end };
}

/** Everything that has been promised by now is told. */
async function settled(): Promise<void> {
  for (let i = 0; i < 10; i++) await undefined;
}

class Bench {
  readonly told: string[] = [];
  readonly left: number[] = [];
  slots = 0;
  readonly #alice = callerOf('alice');
  readonly queue: CallQueue<Flight>;

  constructor(concurrency = 2) {
    const fair = new FairQueue<Flight>(newTurns(), () => 1);
    this.queue = new CallQueue(fair, concurrency, {
      onSlot: () => {
        this.slots++;
      },
      onLeave: ({ id }) => void this.left.push(id),
    });
  }

  join(id: number, signal?: AbortSignal): QueuedCall<Flight> {
    const promised = {
      resolve: () => void this.told.push(`start ${id}`),
      reject: (reason: unknown) => void this.told.push(`reject ${id}: ${String(reason)}`),
    };
    const call = callOf<Flight>(this.#alice, id, {}, { promised, signal });
    this.queue.join(call);
    return call;
  }
}

describe('a queue of calls', () => {
  it('starts no call that was not promoted, and those in the order of their promotion', async () => {
    const bench = new Bench();
    const [one, two, three] = [1, 2, 3].map((id) => bench.join(id));
    await settled();
    expect([bench.told, bench.queue.size]).toEqual([[], 3]);
    bench.queue.promote(three!, flight());
    bench.queue.promote(one!, flight());
    bench.queue.run();
    await settled();
    expect(bench.told).toEqual(['start 3', 'start 1']);
    expect([bench.queue.size, bench.queue.inFlight]).toEqual([1, 2]);
    expect([one?.isWaiting, two?.isWaiting]).toEqual([false, true]);
  });

  it('starts no more than there are slots, and tells when one is free', async () => {
    const bench = new Bench(1);
    const [one, two] = [1, 2].map((id) => bench.join(id));
    const [first, second] = [flight(), flight()];
    bench.queue.promote(one!, first);
    bench.queue.promote(two!, second);
    bench.queue.run();
    await settled();
    expect(bench.told).toEqual(['start 1']);
    const before = bench.slots;
    first.end();
    await settled();
    expect(bench.told).toEqual(['start 1', 'start 2']);
    expect(bench.slots).toBeGreaterThan(before);
  });

  it('has other slots at once when their number changes', async () => {
    const bench = new Bench(1);
    for (const id of [1, 2, 3]) bench.queue.promote(bench.join(id), flight());
    bench.queue.run();
    bench.queue.concurrency = 3;
    await settled();
    expect([bench.queue.inFlight, bench.queue.concurrency]).toEqual([3, 3]);
  });

  it('rejects a call with the reason of its signal, and leaves no listener behind', async () => {
    const bench = new Bench();
    const controller = new AbortController();
    const one = bench.join(1, controller.signal);
    bench.join(2, AbortSignal.abort('too late'));
    const three = bench.join(3, controller.signal);
    bench.queue.promote(three, flight());
    bench.queue.run();
    controller.abort('enough');
    await settled();
    expect(bench.told).toEqual(['reject 2: too late', 'start 3', 'reject 1: enough']);
    expect([one.isWaiting, one.stop, three.stop]).toEqual([false, undefined, undefined]);
    expect([bench.queue.size, bench.queue.inFlight]).toEqual([0, 1]);
    const { signal } = new AbortController();
    const four = bench.join(4, signal);
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    bench.queue.promote(four, flight());
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('rejects a call once, and none that has gone', async () => {
    const bench = new Bench();
    const [one, two] = [1, 2].map((id) => bench.join(id));
    bench.queue.leave(one!, 'no');
    bench.queue.leave(one!, 'no again');
    bench.queue.promote(two!, flight());
    bench.queue.leave(two!, 'no');
    bench.queue.run();
    await settled();
    expect(bench.told).toEqual(['reject 1: no', 'start 2']);
    expect(bench.left).toEqual([1]);
  });

  it('is idle when nothing waits and nothing is in flight', async () => {
    const bench = new Bench();
    const told = bench.told;
    const [one, two] = [1, 2].map((id) => bench.join(id));
    void bench.queue.onIdle().then(() => told.push('idle'));
    const first = flight();
    bench.queue.promote(one!, first);
    bench.queue.run();
    await settled();
    bench.queue.leave(two!, 'no');
    await settled();
    expect(told).toEqual(['start 1', 'reject 2: no']);
    first.end();
    await settled();
    expect(told.at(-1)).toBe('idle');
  });
});
