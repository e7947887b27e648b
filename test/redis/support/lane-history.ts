import fc from 'fast-check';
import type { Clock } from '../../../src/clock.ts';
import { paceOf } from '../../../src/gate/pace.ts';
import type { Grant } from '../../../src/model/grant.ts';
import { NO_CAUTION } from '../../../src/model/learned.ts';
import type { Correction, Cost, Dimension, Limit, Shape } from '../../../src/model/limits.ts';
import type { KeySpec, MeterSpec } from '../../../src/model/meter-spec.ts';
import type { PauseCause } from '../../../src/model/refusal.ts';
import { CallerMemos } from '../../../src/redis/caller-memos.ts';
import { KeyNames } from '../../../src/redis/key-names.ts';
import { RedisLane } from '../../../src/redis/redis-lane.ts';
import type { Answer, Ask, Candidate, Note } from '../../../src/stores/shared-lane.ts';
import type { VirtualServer } from './virtual-server.ts';

export interface TestLimit extends Limit {
  readonly enforcement: Shape['enforcement'];
  readonly burstSeconds: number;
  readonly correction: Correction;
  /** Where it was given anew. */
  readonly given?: number;
}

export interface LaneShape {
  readonly limits: readonly TestLimit[];
  readonly headroom: number;
  readonly concurrency: number;
  readonly callerLimits: readonly TestLimit[];
  readonly callerConcurrency: number;
}

const WHAT = [
  ...(['nothing', 'answered', 'settled', 'cancelled', 'seen', 'refused'] as const),
  ...(['resized', 'configured'] as const),
] as const;

export interface Step {
  readonly afterMs: number;
  readonly arrivals: readonly { readonly share: number; readonly isLimited: boolean }[];
  readonly what: (typeof WHAT)[number];
  readonly which: number;
  readonly share: number;
  readonly cause: PauseCause;
  readonly dimension: Dimension | undefined;
  readonly retryAfterMs: number | undefined;
}

const limitOf = (dimension: Dimension, max: number): fc.Arbitrary<TestLimit> =>
  fc.record({
    dimension: fc.constant(dimension),
    max: fc.integer({ min: 1, max }),
    windowMs: fc.constantFrom(1000, 60_000, 86_400_000),
    enforcement: fc.constantFrom<Shape['enforcement'][]>('bucket', 'window', 'slices', 'fixed'),
    burstSeconds: fc.constantFrom(0.25, 2, 60),
    correction: fc.constantFrom<Correction>('settled', 'never', 'unknown'),
  });

const someLimits: fc.Arbitrary<TestLimit[]> = fc
  .tuple(
    fc.option(limitOf('requests', 100), { nil: undefined }),
    fc.option(limitOf('tokens', 50_000), { nil: undefined }),
    fc.option(limitOf('outputTokens', 5000), { nil: undefined }),
  )
  .map((limits) => limits.filter((limit) => limit !== undefined));

export const shapes: fc.Arbitrary<LaneShape> = fc.record({
  limits: someLimits,
  headroom: fc.constantFrom(0, 0.1, 0.2),
  concurrency: fc.constantFrom(2, 8, Number.POSITIVE_INFINITY),
  callerLimits: someLimits,
  callerConcurrency: fc.constantFrom(1, 3, Number.POSITIVE_INFINITY),
});

const step: fc.Arbitrary<Step> = fc.record({
  afterMs: fc.oneof(fc.nat(50), fc.nat(3000), fc.nat(100_000)).map((ms) => ms + 0.123),
  arrivals: fc.array(
    fc.record({ share: fc.double({ min: 0, max: 1, noNaN: true }), isLimited: fc.boolean() }),
    { maxLength: 4 },
  ),
  what: fc.constantFrom<Step['what'][]>(...WHAT),
  which: fc.nat(1000),
  share: fc.double({ min: 0, max: 2, noNaN: true }),
  cause: fc.constantFrom<PauseCause[]>('rate', 'daily', 'ramp', 'capacity'),
  dimension: fc.constantFrom('requests', 'tokens', undefined),
  retryAfterMs: fc.option(fc.nat(20_000), { nil: undefined }),
});

export const steps: fc.Arbitrary<Step[]> = fc.array(step, { minLength: 30, maxLength: 30 });

/** What is told of a limit to a store. */
export function specOf(limit: TestLimit, headroom: number): MeterSpec {
  const { dimension, max, windowMs, correction, given } = limit;
  const pace = paceOf(limit, limit, headroom, NO_CAUTION);
  const id = `${dimension}/${windowMs}`;
  return { id, dimension, max, windowMs, headroom, correction, ...pace, given };
}

export const NOBODY: KeySpec = {
  id: '',
  weight: 1,
  concurrency: Number.POSITIVE_INFINITY,
  meters: [],
};

/** Time for a lane whose batches are all sent by its questions. */
export const timeless = (now: () => number): Clock => ({ now, setTimeout: () => () => {} });

interface Call {
  readonly candidate: Candidate;
  readonly arrivedAt: number;
  by: number | undefined;
}

interface Flight {
  readonly candidate: Candidate;
  readonly grant: Grant;
}

/** A lane in Redis with a random history. */
export class LaneUnderTest {
  readonly #virtual: VirtualServer;
  readonly #shape: LaneShape;
  readonly #lane: RedisLane;
  readonly #limited: KeySpec;
  #waiting: Call[] = [];
  #flights: Flight[] = [];
  /** The limits in force. */
  limits: readonly TestLimit[];

  constructor(virtual: VirtualServer, name: string, shape: LaneShape) {
    this.#virtual = virtual;
    this.#shape = shape;
    this.limits = shape.limits;
    this.#limited = {
      id: `caller of ${name}`,
      weight: 1,
      concurrency: shape.callerConcurrency,
      meters: shape.callerLimits.map((limit) => specOf(limit, 0)),
    };
    this.#lane = new RedisLane({
      name,
      pid: 'process',
      run: virtual.lanes,
      keys: new KeyNames(virtual.prefix),
      clock: timeless(() => virtual.now),
      leaseMs: 1e9,
      memos: new CallerMemos(),
    });
  }

  get asked(): Ask {
    return {
      meters: this.limits.map((limit) => specOf(limit, this.#shape.headroom)),
      version: 0,
      concurrency: this.#shape.concurrency,
      candidates: this.#waiting.slice(0, 4).map(({ candidate, arrivedAt, by }) => ({
        ...candidate,
        waitedMs: this.#virtual.now - arrivedAt,
        by,
      })),
    };
  }

  /** What happens before the next question: calls come, calls end. */
  events(step: Step): Note[] {
    for (const { share, isLimited } of step.arrivals) this.#arrive(share, isLimited);
    if (step.what === 'resized' || step.what === 'configured') this.#resize(step);
    return this.#outcome(step);
  }

  ask(notes: readonly Note[]): Promise<Answer> {
    for (const note of notes) this.#lane.note(note);
    return this.#lane.ask(this.asked);
  }

  went({ granted, head }: Answer): void {
    const front = this.#waiting.slice(0, 4);
    if (head !== undefined) front[head.index]!.by = head.by;
    const gone = granted.map((grant) => ({ grant, call: front[grant.index]! }));
    for (const { grant, call } of gone) this.#flights.push({ grant, candidate: call.candidate });
    this.#waiting = this.#waiting.filter((each) => !gone.some(({ call }) => call === each));
  }

  #arrive(share: number, isLimited: boolean): void {
    const key = isLimited ? this.#limited : NOBODY;
    const candidate = {
      cost: costOf(this.#shape.limits, share),
      keyCost: isLimited ? costOf(this.#shape.callerLimits, share) : {},
      key,
      waitedMs: 0,
      boostMs: 0,
      by: undefined,
    };
    this.#waiting.push({ candidate, arrivedAt: this.#virtual.now, by: undefined });
  }

  #resize({ what, share }: Step): void {
    this.limits = this.#shape.limits.map((limit, i) => {
      // Never below what may wait already.
      const max = limit.max * Math.max(1, share);
      const { given } = this.limits[i] ?? {};
      return { ...limit, max, ...(what === 'configured' ? { given: max } : given && { given }) };
    });
  }

  #outcome({ what, which, share, cause, dimension, retryAfterMs }: Step): Note[] {
    const flight = this.#flights[which % Math.max(1, this.#flights.length)];
    if (flight === undefined) return [];
    const { epoch, at, taken } = flight.grant;
    if (what === 'answered') return [{ kind: 'answered', epoch }];
    if (what === 'refused') return [{ kind: 'refused', epoch, cause, retryAfterMs, dimension }];
    if (what === 'seen')
      return [{ kind: 'seen', at, takenThen: taken, sightings: this.#seen(share) }];
    if (what !== 'settled' && what !== 'cancelled') return [];
    this.#flights = this.#flights.filter((each) => each !== flight);
    return [endOf(flight, what === 'settled' ? share : 0, what === 'settled')];
  }

  #seen(share: number): Extract<Note, { kind: 'seen' }>['sightings'] {
    return this.limits.map(({ dimension, max, windowMs }) => ({
      id: `${dimension}/${windowMs}`,
      dimension,
      max,
      remaining: Math.floor((max * share) / 2),
      counted: share / 2,
    }));
  }
}

function costOf(limits: readonly TestLimit[], share: number): Cost {
  const costs = limits.map(({ dimension, max }) => [dimension, partOf(dimension, max, share)]);
  return { requests: 1, ...Object.fromEntries(costs) };
}

/** Mostly small. */
function partOf(dimension: Dimension, max: number, share: number): number {
  return dimension === 'requests' ? 1 : Math.floor(max * share ** 4);
}

function endOf({ candidate, grant }: Flight, share: number, wasAnswered: boolean): Note {
  const { cost, keyCost, key } = candidate;
  const scaled = (costs: Cost): Cost =>
    Object.fromEntries(Object.entries(costs).map(([name, amount]) => [name, amount * share]));
  return {
    kind: 'ended',
    epoch: grant.epoch,
    at: grant.at,
    taken: cost,
    actual: scaled(cost),
    key,
    keyTaken: keyCost,
    keyActual: scaled(keyCost),
    wasAnswered,
  };
}
