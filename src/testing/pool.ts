import { amountOf, type Charge } from './charging.ts';
import {
  type LimitName,
  METERED_NAMES,
  type MeteredName,
  type SimulatorLimits,
} from './limit-names.ts';
import { createMeter, fullMeter, type SimulatorEnforcement } from './meters/create-meter.ts';
import type { Meter } from './meters/meter.ts';

/** Why a pool turned a call away. */
export interface PoolRefusal {
  readonly name: LimitName;
  readonly limit: number;
  /** In whole units, as the published messages have it. */
  readonly used: number;
  readonly requested: number;
  /** The wait until it would pass; `Infinity` where it is larger than the limit. */
  readonly waitMs: number;
}

/** The state of one limit, as rate-limit headers show it. */
export interface Level {
  readonly name: LimitName;
  readonly limit: number;
  readonly remaining: number;
  /** Until all of it is there again. */
  readonly resetMs: number;
}

/** How much of the limits is left at the start: a part of each, or the amounts that are left of some. */
export type Fill = number | SimulatorLimits;

/** The limits that a set of calls shares: each with its meter, taken all or none. */
export class Pool {
  #limits: SimulatorLimits;
  #inFlight = 0;
  readonly #enforcement: SimulatorEnforcement;
  readonly #meters = new Map<MeteredName, Meter>();

  constructor(enforcement: SimulatorEnforcement, limits: SimulatorLimits, fill: Fill, now: number) {
    this.#enforcement = enforcement;
    this.#limits = {};
    this.setLimits(limits, now);
    for (const [name, meter] of this.#meters) {
      const full = fullMeter(enforcement, name, limits[name] ?? 0);
      meter.take(full - left(fill, name, full), now);
    }
  }

  /** Takes what the call is charged, or says why not. */
  admit(charge: Charge, now: number): PoolRefusal | undefined {
    const refusal = this.#refusal(charge, now);
    if (refusal !== undefined) return refusal;
    for (const [name, meter] of this.#meters) meter.take(amountOf(name, charge), now);
    this.#inFlight++;
    return undefined;
  }

  /** A call that was admitted is over. */
  leave(): void {
    this.#inFlight--;
  }

  /** Counts output as it is produced. */
  produce(tokens: number, names: readonly MeteredName[], now: number): void {
    for (const name of names) this.#meters.get(name)?.take(tokens, now);
  }

  /** Gives tokens back that a call was charged and didn't use; a negative number takes more. */
  correct(tokens: number, takenAt: number, now: number): void {
    for (const name of ['tpm', 'tpd'] as const) {
      if (tokens < 0) this.#meters.get(name)?.take(-tokens, now);
      else this.#meters.get(name)?.refund(tokens, takenAt, now);
    }
  }

  /** Counts a request that failed, where it would have passed. */
  countFailed(now: number): void {
    for (const name of ['rpm', 'rpd'] as const) {
      const meter = this.#meters.get(name);
      if (meter?.waitMs(1, now) === 0) meter.take(1, now);
    }
  }

  levels(now: number): Level[] {
    return Array.from(this.#meters, ([name, meter]) => {
      const limit = this.#limits[name] ?? 0;
      const remaining = Math.max(0, Math.floor(limit - meter.used(now)));
      return { name, limit, remaining, resetMs: meter.resetMs(now) };
    });
  }

  /** Changes the limits; what was used stays used, as far as the limit was there before. */
  setLimits(limits: SimulatorLimits, now: number): void {
    this.#limits = limits;
    for (const name of METERED_NAMES) {
      const limit = limits[name];
      const meter = this.#meters.get(name);
      if (limit === undefined) this.#meters.delete(name);
      else if (meter !== undefined) meter.resize(limit, now);
      else this.#meters.set(name, createMeter(this.#enforcement, name, limit, now));
    }
  }

  /** The limit that keeps the call waiting longest; `undefined` where none does. */
  #refusal(charge: Charge, now: number): PoolRefusal | undefined {
    let longest = this.#concurrencyRefusal();
    for (const [name, meter] of this.#meters) {
      const requested = amountOf(name, charge);
      const waitMs = meter.waitMs(name === 'otpm' ? 1 : requested, now);
      if (waitMs === 0 || (longest !== undefined && waitMs <= longest.waitMs)) continue;
      const used = Math.ceil(meter.used(now));
      longest = { name, limit: this.#limits[name] ?? 0, used, requested, waitMs };
    }
    return longest;
  }

  #concurrencyRefusal(): PoolRefusal | undefined {
    const limit = this.#limits.concurrency;
    if (limit === undefined || this.#inFlight < limit) return undefined;
    return { name: 'concurrency', limit, used: this.#inFlight, requested: 1, waitMs: 0 };
  }
}

function left(fill: Fill, name: MeteredName, full: number): number {
  if (typeof fill === 'number') return fill * full;
  return Math.min(full, fill[name] ?? full);
}
