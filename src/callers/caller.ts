import { Gate, type Wait } from '../gate/gate.ts';
import { Meter, type MeteredLimit } from '../gate/meter.ts';
import type { Allotment } from '../model/grant.ts';
import { amount, type Cost, type Dimension, type Limit, type Shape } from '../model/limits.ts';
import type { MeterSpec } from '../model/meter-spec.ts';
import { NO_TERMS, type Terms } from './terms.ts';

/** How long a caller's own limits hold its first call back, and which of them. */
export type OwnWait = Omit<Wait, 'dimension'> & { readonly dimension: Dimension | 'concurrency' };

/** What waiting for one of the caller's own calls to end is taken for: nobody knows. */
const SLOT_MS = 1000;
const NO_WAIT: OwnWait = { waitMs: 0, dimension: 'requests' };

/** One limit of a caller's tier, and what is left of it. */
export interface Allowance extends Limit {
  /** What may still be used of it now, rounded down. */
  readonly remaining: number;
  /**
   * When all of it is there again, if nothing else is used; in whole milliseconds since the epoch.
   * (The `resetAt` of a `RateLimitExceeded` is when that one call could go.)
   */
  readonly resetAt: number;
}

/** What has been used of one limit, and when it was last in force. */
interface Count {
  readonly meter: Meter;
  readonly shape: Shape;
  since: number;
  until: number;
}

/**
 * Somebody whose calls are counted together, in all lanes: a key, with the limits of its tier.
 *
 * Its limits are its own promise to keep: they have no headroom, and a call that costs less than was
 * reserved gives back the rest. What it has used of a limit is remembered while its tier is another
 * one, so that a change of tiers to and fro makes nothing undone. Time is a parameter.
 */
export class Caller {
  readonly key: string | undefined;
  /** Its own among all callers; empty for those of whom nothing is known. */
  readonly id: string;
  #terms: Terms = NO_TERMS;
  #gate: Gate | undefined;
  /** By dimension and window; also of limits that aren't in force. */
  readonly #counts = new Map<string, Count>();
  #share = 1;
  #inFlight = 0;
  /** Lines in which its calls wait, and what they do when there is room: in turn. */
  readonly #waiting = new Map<object, () => void>();

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
    this.#terms = terms;
    for (const count of this.#counts.values()) count.until = Math.min(count.until, now);
    const limits = terms.limits.map((limit): MeteredLimit => ({ ...limit, source: 'given' }));
    this.#gate =
      limits.length === 0 ? undefined : new Gate(limits, (limit) => this.#meterOf(limit, now));
    this.#gate?.share(this.#share, now);
    this.#tell();
  }

  /** Goes on with a part of each limit: other processes may use the rest. */
  share(share: number, now: number): void {
    this.#share = share;
    this.#gate?.share(share, now);
    this.#tell();
  }

  /** The cost of a call in the dimensions of its limits; what is merely expected of it lowered. */
  tempered(cost: Cost, expects: readonly Dimension[]): Cost {
    return this.#gate === undefined ? cost : this.#gate.tempered(cost, expects);
  }

  /** The limit that `cost` alone exceeds, if there is one. */
  tooSmallFor(cost: Cost): Limit | undefined {
    return this.#gate?.tooSmallFor(cost);
  }

  /** How long until a call of that cost may go; infinite until another one has ended. */
  wait(cost: Cost, now: number): OwnWait {
    if (this.#inFlight >= this.#slots) {
      return { waitMs: Number.POSITIVE_INFINITY, dimension: 'concurrency' };
    }
    return this.#gate?.wait(cost, now) ?? NO_WAIT;
  }

  /**
   * When the last of several calls that cost `cost` together may go, as far as it can be told.
   * `isFullElsewhere`: whether as many are in flight as may, in all processes together.
   */
  forecast(cost: Cost, now: number, isFullElsewhere = false): OwnWait {
    const isFull = isFullElsewhere || this.#inFlight >= this.#slots;
    const wait = this.#gate?.predict(cost, now) ?? NO_WAIT;
    return isFull && wait.waitMs < SLOT_MS ? { waitMs: SLOT_MS, dimension: 'concurrency' } : wait;
  }

  /** The limits with what is left of each. */
  levels(now: number): { limit: MeteredLimit; level: number }[] {
    return this.#gate?.levels(now) ?? [];
  }

  /** Takes over what all processes together have left. */
  align(left: Allotment, now: number): void {
    const levels = Object.entries(left).map(([id, { level }]) => [id, level] as const);
    this.#gate?.align(Object.fromEntries(levels), now);
  }

  /** What may still be used of each limit. `left`: where all processes together are known. */
  allowance(now: number, left: Allotment = {}): Allowance[] {
    const inForce = this.#terms.limits.flatMap((limit) => this.#counts.get(idOf(limit)) ?? []);
    return inForce.map(({ meter }) => {
      const { dimension, max, windowMs } = meter.limit;
      const own = { level: meter.level(now), resetMs: meter.resetMs(now) };
      const { level, resetMs } = left[idOf(meter.limit)] ?? own;
      const remaining = Math.max(0, Math.floor(level));
      return { dimension, max, windowMs, remaining, resetAt: Math.ceil(now + resetMs) };
    });
  }

  /** A call goes; the lines behind that in which it has waited have their turn now. */
  take(cost: Cost, now: number, line?: object): void {
    const onRoom = line && this.#waiting.get(line);
    if (line !== undefined && onRoom !== undefined) {
      this.#waiting.delete(line);
      this.#waiting.set(line, onRoom);
    }
    this.#inFlight++;
    this.#gate?.take(cost, now);
  }

  /** A call has ended: `actual` replaces what was taken at `at`. */
  ended(taken: Cost, actual: Cost, at: number, now: number): void {
    this.#inFlight--;
    for (const { meter, since, until } of this.#counts.values()) {
      const { dimension } = meter.limit;
      const more = amount(actual, dimension) - amount(taken, dimension);
      const wasTaken = since <= at && at <= until;
      if (more !== 0 && wasTaken) meter.settle(more, at, now);
    }
    this.#tell();
  }

  /** Calls `onRoom` when its limits may have more room; until `unlisten` it isn't forgotten. */
  listen(line: object, onRoom: () => void): void {
    if (!this.#waiting.has(line)) this.#waiting.set(line, onRoom);
  }

  unlisten(line: object): void {
    this.#waiting.delete(line);
  }

  /** Whether no other line has to be tried before that one. */
  isNextIn(line: object): boolean {
    const [first] = this.#waiting.keys();
    return first === undefined || first === line;
  }

  /** Whether nothing is to be remembered: what is in flight, waits or has not come back. */
  isIdle(now: number): boolean {
    if (this.#inFlight > 0 || this.#waiting.size > 0) return false;
    return [...this.#counts.values()].every(({ meter }) => meter.isFull(now));
  }

  /**
   * What is to be remembered while it has nothing to do, as plain numbers: the first is when that
   * will be nothing any more. `undefined` where that isn't all.
   */
  rest(now: number): readonly number[] | undefined {
    if (this.#inFlight > 0 || this.#waiting.size > 0 || this.#share !== 1) return undefined;
    const { limits, shape } = this.#terms;
    const counts = limits.flatMap((limit) => this.#counts.get(idOf(limit)) ?? []);
    const isAll = counts.length === this.#counts.size && counts.length === limits.length;
    if (!isAll || counts.some((count) => count.shape !== shape)) return undefined;
    const resetMs = Math.max(0, ...counts.map(({ meter }) => meter.resetMs(now)));
    return [now + resetMs, ...counts.flatMap(({ since, meter }) => [since, ...meter.numbers])];
  }

  /** Goes on from what another one with these terms has left. */
  wake(terms: Terms, [, ...numbers]: readonly number[], now: number): void {
    this.adopt(terms, now);
    let i = 0;
    const next = (): number => numbers[i++] ?? 0;
    for (const limit of terms.limits) {
      const count = this.#counts.get(idOf(limit));
      if (count === undefined) continue;
      count.since = next();
      count.meter.restore(next);
    }
  }

  get #slots(): number {
    return Math.max(1, Math.floor(this.#terms.concurrency * this.#share));
  }

  /** The one that counts already, or one that takes over what another has counted. */
  #meterOf(limit: MeteredLimit, now: number): Meter {
    const { shape } = this.#terms;
    const id = idOf(limit);
    const known = this.#counts.get(id);
    // Unless its limit has been in force all the time.
    const since = known?.until === now ? known.since : now;
    if (known?.shape === shape) {
      known.meter.resize(limit, now);
      Object.assign(known, { since, until: Number.POSITIVE_INFINITY });
      return known.meter;
    }
    const meter = new Meter(limit, { shape, headroom: 0, correction: 'settled' }, now);
    if (known !== undefined) meter.take(known.meter.used(now), now);
    this.#counts.set(id, { meter, shape, since, until: Number.POSITIVE_INFINITY });
    return meter;
  }

  #tell(): void {
    for (const onRoom of this.#waiting.values()) onRoom();
  }
}

function idOf({ dimension, windowMs }: Limit): string {
  return `${dimension}/${windowMs}`;
}
