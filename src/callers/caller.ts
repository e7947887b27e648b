import { Gate, type Wait } from '../gate.ts';
import { amount, type Cost, type Dimension, type Limit } from '../limits.ts';
import { Meter, type MeteredLimit } from '../meter.ts';
import type { MeterSpec } from '../stores/shared-lane.ts';
import { NO_TERMS, type Terms } from './terms.ts';

/** How long a caller's own limits hold its first call back, and which of them. */
export type OwnWait = Omit<Wait, 'dimension'> & { readonly dimension: Dimension | 'concurrency' };

/** What waiting for one of the caller's own calls to end is taken for: nobody knows. */
const SLOT_MS = 1000;
const NO_WAIT: OwnWait = { waitMs: 0, dimension: 'requests' };

/**
 * Somebody whose calls are counted together, in all lanes: a key, with the limits of its tier.
 *
 * Its limits are its own promise to keep: they have no headroom, and a call that costs less than was
 * reserved gives back the rest. Time is a parameter.
 */
export class Caller {
  readonly key: string | undefined;
  /** Its own among all callers; empty for those of whom nothing is known. */
  readonly id: string;
  #terms: Terms = NO_TERMS;
  #gate: Gate | undefined;
  #inFlight = 0;
  /** Lanes in which its calls wait. */
  readonly #waiting = new Set<() => void>();

  constructor(key: string | undefined, id: string = key === undefined ? '' : `key ${key}`) {
    this.key = key;
    this.id = id;
  }

  /** Its limits in the numbers that a store needs to keep them. */
  get specs(): readonly MeterSpec[] {
    return this.#gate?.specs ?? [];
  }

  get terms(): Terms {
    return this.#terms;
  }

  get weight(): number {
    return this.#terms.weight;
  }

  /** Goes on with other limits. What has been used stays used. */
  adopt(terms: Terms, now: number): void {
    if (terms === this.#terms) return;
    const isOtherShape = terms.shape !== this.#terms.shape;
    this.#terms = terms;
    const limits = terms.limits.map((limit): MeteredLimit => ({ ...limit, source: 'given' }));
    if (limits.length === 0) this.#gate = undefined;
    else if (this.#gate === undefined || isOtherShape) this.#gate = gateOf(limits, terms, now);
    else this.#gate.adopt(limits, now);
    this.#tell();
  }

  /** The cost of a call in the dimensions of its limits; what is merely expected of it lowered. */
  tempered(cost: Cost, expects: readonly Dimension[]): Cost {
    return this.#gate === undefined ? cost : this.#gate.tempered(withTokens(cost), expects);
  }

  /** The limit that `cost` alone exceeds, if there is one. */
  tooSmallFor(cost: Cost): Limit | undefined {
    return this.#gate?.tooSmallFor(cost);
  }

  /** How long until a call of that cost may go; infinite until another one has ended. */
  wait(cost: Cost, now: number): OwnWait {
    if (this.#inFlight >= this.#terms.concurrency) {
      return { waitMs: Number.POSITIVE_INFINITY, dimension: 'concurrency' };
    }
    return this.#gate?.wait(cost, now) ?? NO_WAIT;
  }

  /** When the last of several calls that cost `cost` together may go, as far as it can be told. */
  forecast(cost: Cost, now: number): OwnWait {
    const isFull = this.#inFlight >= this.#terms.concurrency;
    const wait = this.#gate?.predict(withTokens(cost), now) ?? NO_WAIT;
    return isFull ? { waitMs: Math.max(wait.waitMs, SLOT_MS), dimension: 'concurrency' } : wait;
  }

  /** The limits with what is left of each. */
  levels(now: number): { limit: MeteredLimit; level: number }[] {
    return this.#gate?.levels(now) ?? [];
  }

  take(cost: Cost, now: number): void {
    this.#inFlight++;
    this.#gate?.take(cost, now);
  }

  /** A call has ended: `actual` replaces what was taken at `at`. */
  ended(taken: Cost, actual: Cost, at: number, now: number): void {
    this.#inFlight--;
    this.#gate?.settle(withTokens(taken), withTokens(actual), at, now);
    this.#tell();
  }

  /** Calls `onRoom` when its limits may have more room; until `unlisten` it isn't forgotten. */
  listen(onRoom: () => void): void {
    this.#waiting.add(onRoom);
  }

  unlisten(onRoom: () => void): void {
    this.#waiting.delete(onRoom);
  }

  /** Whether nothing is to be remembered: what is in flight, waits or has not come back. */
  isIdle(now: number): boolean {
    if (this.#inFlight > 0 || this.#waiting.size > 0) return false;
    return this.#gate?.isFull(now) ?? true;
  }

  #tell(): void {
    for (const onRoom of this.#waiting) onRoom();
  }
}

function gateOf(limits: readonly MeteredLimit[], { shape }: Terms, now: number): Gate {
  const options = { shape, headroom: 0, correction: 'settled' } as const;
  return new Gate(limits, (limit) => new Meter(limit, options, now));
}

/** With `tokens`, where only their two kinds are named. */
function withTokens(cost: Cost): Cost {
  const { tokens, inputTokens, outputTokens } = cost;
  if (tokens !== undefined || (inputTokens ?? outputTokens) === undefined) return cost;
  return { ...cost, tokens: amount(cost, 'inputTokens') + amount(cost, 'outputTokens') };
}
