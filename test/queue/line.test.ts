import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Caller } from '../../src/callers/caller.ts';
import { NO_TERMS } from '../../src/callers/terms.ts';
import { Line } from '../../src/queue/line.ts';
import type { WaitingCall } from '../../src/queue/waiting-call.ts';

const RUNS = { numRuns: 1000 };
/** Sums of shares may be off by less than this. */
const ROUNDING = 1e-6;

const run = async (): Promise<void> => {};

interface Waiting {
  readonly key: number;
  readonly size: number;
  readonly priority: number;
  readonly ticket: number;
}

/** A line of calls that each take `tokens` of the lane, from callers of given weights. */
class Bench {
  readonly line = new Line();
  readonly waiting = new Map<string, Waiting>();
  readonly callers: readonly Caller[];
  readonly weights: readonly number[];
  #last = 0;

  constructor(weights: readonly number[]) {
    this.weights = weights;
    this.callers = weights.map((weight, index) => callerOf(`key ${index}`, weight));
    this.line.sizeOf = (cost) => cost.tokens ?? 0;
  }

  join(key: number, size: number, { priority = 0, ticket = 0 } = {}): string {
    const id = String(++this.#last);
    const place = { key, size, priority, ticket: ticket || this.#last };
    this.waiting.set(id, place);
    this.line.enqueue(run, { id, priority, call: callOf(this.callers[key]!, size, place.ticket) });
    return id;
  }

  leave(id: string): void {
    this.waiting.delete(id);
    this.line.remove(id);
  }

  /** Serves the first one, or another one that passes it. */
  serve(nth = 0): Waiting | undefined {
    const places = [...this.line.calls(0)];
    const place = places[Math.min(nth, places.length - 1)];
    if (place === undefined) return undefined;
    const served = this.waiting.get(place.id)!;
    this.waiting.delete(place.id);
    this.line.choose(place.id, served.size);
    this.line.dequeue();
    return served;
  }

  isBacklogged(key: number): boolean {
    return [...this.waiting.values()].some((each) => each.key === key);
  }
}

function callerOf(key: string, weight = 1): Caller {
  const caller = new Caller(key);
  caller.adopt({ ...NO_TERMS, weight }, 0);
  return caller;
}

function callOf(caller: Caller, tokens: number, ticket: number): WaitingCall {
  const cost = { tokens };
  const unset = {
    counts: true,
    deadline: undefined,
    taken: undefined,
    error: undefined,
    signal: undefined,
  };
  return {
    cost,
    counted: cost,
    expects: [],
    ticket,
    since: 0,
    maxWaitMs: Infinity,
    caller,
    ...unset,
  };
}

const size = fc.integer({ min: 1, max: 100 });
const weights = fc.array(fc.constantFrom(0.5, 1, 2, 7), { minLength: 2, maxLength: 5 });
const step = fc.record({
  what: fc.constantFrom('join', 'join', 'serve', 'serve', 'serve', 'leave'),
  key: fc.nat(4),
  size,
  priority: fc.integer({ min: -1, max: 2 }),
  burst: fc.integer({ min: 1, max: 4 }),
});

/** What one key has had more than another, since both of them have calls waiting. */
class Difference {
  #now = 0;
  #least = 0;
  #most = 0;

  add(service: number): void {
    this.#now += service;
    this.#least = Math.min(this.#least, this.#now);
    this.#most = Math.max(this.#most, this.#now);
  }

  /** In any stretch of that time. */
  get greatest(): number {
    return this.#most - this.#least;
  }
}

describe('the line', () => {
  it('gives any two keys that have calls waiting the same share by weight, but for one call of each', () => {
    fc.assert(
      fc.property(weights, fc.array(step, { maxLength: 150 }), (shares, steps) => {
        const bench = new Bench(shares);
        const pairs = shares.flatMap((_, a) => shares.map((_, b) => [a, b] as const));
        const differences = new Map<string, Difference>();
        const check = (): void => {
          for (const [a, b] of pairs) {
            if (a >= b) continue;
            const both = bench.isBacklogged(a) && bench.isBacklogged(b);
            if (!both) differences.delete(`${a} ${b}`);
            else if (!differences.has(`${a} ${b}`)) differences.set(`${a} ${b}`, new Difference());
            const most = 100 / shares[a]! + 100 / shares[b]!;
            const { greatest = 0 } = differences.get(`${a} ${b}`) ?? {};
            expect(greatest).toBeLessThanOrEqual(most + ROUNDING);
          }
        };
        for (const { what, key, burst, ...call } of steps) {
          const owner = key % shares.length;
          if (what === 'join') {
            for (let i = 0; i < burst; i++) bench.join(owner, call.size, call);
          }
          if (what === 'leave') {
            const [id] = bench.waiting.keys();
            if (id !== undefined) bench.leave(id);
          }
          if (what === 'serve') {
            const served = bench.serve();
            for (const [a, b] of served === undefined ? [] : pairs) {
              const share = served!.size / shares[served!.key]!;
              const sign = served!.key === a ? 1 : served!.key === b ? -1 : 0;
              differences.get(`${a} ${b}`)?.add(sign * share);
            }
          }
          check();
        }
      }),
      RUNS,
    );
  });

  it('lets 10,000 calls of one key delay another’s first one by one call at most', () => {
    const bench = new Bench([1, 1]);
    for (let i = 0; i < 10_000; i++) bench.join(0, 10);
    bench.serve();
    bench.join(1, 10);
    const served = [bench.serve(), bench.serve()].map((each) => each?.key);
    expect(served).toContain(1);
  });

  it('serves a key’s second call while ever new keys come with a first one each, and forgets those', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), size, (waiting, mine) => {
        const weights = Array.from({ length: 2001 }, () => 1);
        const bench = new Bench(weights);
        bench.join(0, mine);
        bench.join(0, mine);
        for (let key = 1; key <= waiting; key++) bench.join(key, 100);
        const served: number[] = [];
        for (let key = waiting + 1; key <= 2000; key++) {
          bench.join(key, 100);
          served.push(bench.serve()!.key);
        }
        expect(served.filter((key) => key === 0)).toHaveLength(2);
        expect(served.lastIndexOf(0)).toBeLessThanOrEqual(3 * waiting + 4);
        expect(bench.line.callers).toBeLessThanOrEqual(3 * waiting + 6);
      }),
      { numRuns: 60 },
    );
  });

  it('starves no priority: each tenth call of a key is its oldest', () => {
    const priorities = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(priorities, (old) => {
        const bench = new Bench([1]);
        for (const priority of old) bench.join(0, 1, { priority });
        const mine = bench.join(0, 1, { priority: -5 });
        let served = 0;
        for (; bench.waiting.has(mine); served++) {
          bench.join(0, 1, { priority: 9 });
          bench.serve();
        }
        expect(served).toBeLessThanOrEqual(10 * (old.length + 1));
      }),
      RUNS,
    );
  });

  it('keeps the order within a key and a priority, also of calls that come back with their place', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const bench = new Bench([1, 1, 1, 1, 1]);
        const again: Waiting[] = [];
        for (const { what, key, ...call } of steps) {
          if (what === 'join') bench.join(key, call.size, { priority: call.priority });
          const retried = what === 'leave' ? again.pop() : undefined;
          if (retried !== undefined) bench.join(retried.key, retried.size, retried);
          if (what !== 'serve') continue;
          const before = [...bench.waiting.values()];
          const served = bench.serve();
          if (served === undefined) continue;
          again.push(served);
          const older = before.filter(
            (each) =>
              each.key === served.key &&
              each.priority === served.priority &&
              each.ticket < served.ticket,
          );
          expect(older).toEqual([]);
        }
      }),
      RUNS,
    );
  });

  it('charges a call that passes others to its own key', () => {
    const bench = new Bench([1, 1]);
    bench.join(0, 100);
    for (let i = 0; i < 5; i++) bench.join(1, 10);
    expect(bench.serve(1)?.key).toBe(1);
    bench.join(0, 10);
    const order = Array.from({ length: 6 }, () => bench.serve()!.key);
    expect(order[0]).toBe(0);
  });

  it('leaves out who is held, until then, and until its first call has gone', () => {
    const bench = new Bench([1, 1]);
    const large = bench.join(0, 100);
    bench.join(0, 1);
    bench.join(1, 1);
    bench.line.hold(bench.callers[0]!, 500);
    const keys = (now: number) =>
      [...bench.line.calls(now)].map(({ call }) => call.caller.key?.slice(4));
    expect(keys(499)).toEqual(['1']);
    expect(bench.line.heldUntil).toBe(500);
    expect(keys(500)).toEqual(['0', '1', '0']);
    bench.line.hold(bench.callers[0]!, 900);
    expect(keys(600)).toEqual(['1']);
    bench.leave(large);
    expect(keys(600).toSorted()).toEqual(['0', '1']);
    expect(bench.line.heldUntil).toBeUndefined();
  });

  it('looks at no key that is held, however many there are', () => {
    const bench = new Bench(Array.from({ length: 10_001 }, () => 1));
    for (let key = 0; key < 10_000; key++) {
      bench.join(key, 1);
      bench.line.hold(bench.callers[key]!, 1000);
    }
    bench.join(10_000, 1);
    expect([...bench.line.calls(0)]).toHaveLength(1);
    expect(bench.line.costBefore({ caller: bench.callers[10_000]!, counted: {} }, 0, {})).toEqual({
      requests: 0,
      tokens: 1,
      inputTokens: 0,
      outputTokens: 0,
      usd: 0,
    });
  });

  it('remembers nobody once nobody waits', () => {
    const bench = new Bench(Array.from({ length: 1000 }, () => 1));
    for (let key = 0; key < 1000; key++) bench.join(key, 1 + key);
    while (bench.serve() !== undefined);
    expect(bench.line.callers).toBe(0);
  });
});
