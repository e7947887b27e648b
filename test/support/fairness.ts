import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Decision, decide, type Grant } from '../../src/rules/decide.ts';
import { type LaneState, newLane } from '../../src/rules/lane-state.ts';
import { policyOf } from '../rules/limits/policies.ts';

const RUNS = { numRuns: 200 };
/** Sums of shares may be off by less than this. */
const ROUNDING = 1e-6;
/** Enough that no call ever waits for it: a token takes a millisecond. */
const TOKENS = 60_000_000;
const LARGEST = 100;

/** A call as it joins. */
export interface Joining {
  readonly key: number;
  readonly size: number;
  readonly priority: number;
  readonly id: number;
}

/** Where calls of several keys wait, each `size` tokens, and go one at a time. */
export interface FairBench {
  join(call: Joining): void;
  leave(call: Joining): void;
  /** Lets the next one go, and returns its number. */
  serve(): number | undefined;
  /** How many keys are remembered. */
  readonly remembered: number;
}

/** A lane in which one call may be in flight, and of which `tokens` are the measure. */
export class OneByOne {
  readonly state: LaneState;
  #last: Grant | undefined;

  constructor() {
    const windowMs = 60_000;
    const limit = { dimension: 'tokens', max: TOKENS, windowMs, source: 'given' } as const;
    const policy = policyOf({ enforcement: 'bucket', burstSeconds: 60 });
    const inFlight = { start: 1, most: 1 };
    this.state = newLane({ start: [limit], policy, inFlight, isCold: false }, 0);
  }

  /** Ends the call in flight, and lets the next one go. */
  next(commands: Parameters<typeof decide>[1]): Grant | undefined {
    const { granted }: Decision = decide(this.state, [...this.#ended(), ...commands], 0);
    expect(granted.length).toBeLessThanOrEqual(1);
    this.#last = granted[0];
    return granted[0];
  }

  #ended(): Parameters<typeof decide>[1] {
    if (this.#last === undefined) return [];
    const { member, call } = this.#last;
    const how = { actual: call.cost, wasAnswered: true, isRefused: false };
    return [{ member, command: { kind: 'ended', call, ...how } }];
  }
}

/** The bench with a record of what waits. */
class Record {
  readonly waiting = new Map<number, Joining>();
  readonly bench: FairBench;
  #last = 0;

  constructor(bench: FairBench) {
    this.bench = bench;
  }

  join(key: number, size: number, { priority = 0, id = ++this.#last } = {}): Joining {
    const call = { key, size, priority, id };
    this.waiting.set(id, call);
    this.bench.join(call);
    return call;
  }

  leave(call: Joining): void {
    this.waiting.delete(call.id);
    this.bench.leave(call);
  }

  serve(): Joining | undefined {
    const id = this.bench.serve();
    const served = id === undefined ? undefined : this.waiting.get(id);
    expect(served?.id).toBe(id);
    expect(served === undefined).toBe(this.waiting.size === 0);
    if (served !== undefined) this.waiting.delete(served.id);
    return served;
  }

  isBacklogged(key: number): boolean {
    return [...this.waiting.values()].some((each) => each.key === key);
  }
}

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

/** The differences of all pairs of keys, which must never exceed one call of each. */
class Differences {
  readonly #weights: readonly number[];
  readonly #record: Record;
  readonly #pairs: readonly (readonly [number, number])[];
  readonly #known = new Map<string, Difference>();

  constructor(weights: readonly number[], record: Record) {
    this.#weights = weights;
    this.#record = record;
    const keys = weights.map((_, key) => key);
    this.#pairs = keys.flatMap((a) => keys.filter((b) => a < b).map((b) => [a, b] as const));
  }

  served({ key, size }: Joining): void {
    const share = size / this.#weightOf(key);
    for (const [a, b] of this.#pairs) {
      const sign = key === a ? 1 : key === b ? -1 : 0;
      this.#known.get(`${a} ${b}`)?.add(sign * share);
    }
  }

  check(): void {
    for (const [a, b] of this.#pairs) {
      const name = `${a} ${b}`;
      const both = this.#record.isBacklogged(a) && this.#record.isBacklogged(b);
      if (!both) this.#known.delete(name);
      else if (!this.#known.has(name)) this.#known.set(name, new Difference());
      const most = LARGEST / this.#weightOf(a) + LARGEST / this.#weightOf(b);
      expect(this.#known.get(name)?.greatest ?? 0).toBeLessThanOrEqual(most + ROUNDING);
    }
  }

  #weightOf(key: number): number {
    return this.#weights[key] ?? 1;
  }
}

const size = fc.integer({ min: 1, max: LARGEST });
const weights = fc.array(fc.constantFrom(0.5, 1, 2, 7), { minLength: 2, maxLength: 5 });
const step = fc.record({
  what: fc.constantFrom('join', 'join', 'serve', 'serve', 'serve', 'leave'),
  key: fc.nat(4),
  size,
  priority: fc.integer({ min: -1, max: 2 }),
  burst: fc.integer({ min: 1, max: 4 }),
});

/** Whoever keeps the order of calls is fair between keys, and keeps the order within each. */
export function describeFairness(make: (weights: readonly number[]) => FairBench): void {
  describe('is fair', () => {
    it('any two keys that have calls waiting get the same share by weight, but for one call of each', () => {
      fc.assert(
        fc.property(weights, fc.array(step, { maxLength: 150 }), (shares, steps) => {
          const record = new Record(make(shares));
          const differences = new Differences(shares, record);
          for (const { what, key, burst, ...call } of steps) {
            if (what === 'join') {
              for (let i = 0; i < burst; i++) record.join(key % shares.length, call.size, call);
            }
            const [first] = what === 'leave' ? record.waiting.values() : [];
            if (first !== undefined) record.leave(first);
            const served = what === 'serve' ? record.serve() : undefined;
            if (served !== undefined) differences.served(served);
            differences.check();
          }
        }),
        RUNS,
      );
    });

    it('10,000 calls of one key delay another’s first one by one call at most', () => {
      const record = new Record(make([1, 1]));
      for (let i = 0; i < 10_000; i++) record.join(0, 10);
      record.serve();
      record.join(1, 10);
      const served = [record.serve(), record.serve()].map((each) => each?.key);
      expect(served).toContain(1);
    });

    it('a key’s second call goes while ever new keys come with a first one each, and those are forgotten', () => {
      fc.assert(
        fc.property(fc.integer({ min: 1, max: 30 }), size, (waiting, mine) => {
          const record = new Record(make(Array.from({ length: 501 }, () => 1)));
          record.join(0, mine);
          record.join(0, mine);
          for (let key = 1; key <= waiting; key++) record.join(key, LARGEST);
          const served: (number | undefined)[] = [];
          for (let key = waiting + 1; key <= 500; key++) {
            record.join(key, LARGEST);
            served.push(record.serve()?.key);
          }
          expect(served.filter((key) => key === 0)).toHaveLength(2);
          expect(served.lastIndexOf(0)).toBeLessThanOrEqual(3 * waiting + 4);
          expect(record.bench.remembered).toBeLessThanOrEqual(3 * waiting + 64);
        }),
        { numRuns: 30 },
      );
    });

    it('no priority starves: each tenth call of a key is its oldest', () => {
      const priorities = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 40 });
      fc.assert(
        fc.property(priorities, (old) => {
          const record = new Record(make([1]));
          for (const priority of old) record.join(0, 1, { priority });
          const mine = record.join(0, 1, { priority: -5 });
          let served = 0;
          for (; record.waiting.has(mine.id); served++) {
            record.join(0, 1, { priority: 9 });
            record.serve();
          }
          expect(served).toBeLessThanOrEqual(10 * (old.length + 1));
        }),
        { numRuns: 100 },
      );
    });

    it('the order within a key and a priority is kept, also by calls that come back with their place', () => {
      fc.assert(
        fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
          const record = new Record(make([1, 1, 1, 1, 1]));
          const again: Joining[] = [];
          for (const { what, key, ...call } of steps) {
            if (what === 'join') record.join(key, call.size, { priority: call.priority });
            const retried = what === 'leave' ? again.pop() : undefined;
            if (retried !== undefined) record.join(retried.key, retried.size, retried);
            if (what !== 'serve') continue;
            const before = [...record.waiting.values()];
            const served = record.serve();
            if (served === undefined) continue;
            again.push(served);
            const older = before.filter(
              (each) =>
                each.key === served.key && each.priority === served.priority && each.id < served.id,
            );
            expect(older).toEqual([]);
          }
        }),
        RUNS,
      );
    });

    it('nobody is remembered once nobody waits', () => {
      const record = new Record(make(Array.from({ length: 300 }, () => 1)));
      for (let key = 0; key < 300; key++) record.join(key, 1 + (key % LARGEST));
      while (record.serve() !== undefined);
      expect(record.bench.remembered).toBe(0);
    });
  });
}
