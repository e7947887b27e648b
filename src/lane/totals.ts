import { type Cost, minus, plus } from '../model/limits.ts';
import type { TokenEstimate, Usage } from '../model/usage.ts';
import type { LaneTotals } from './lane-snapshot.ts';

/** What a lane counts in this process: its calls, and what has become of them. */
export class Totals {
  readonly #estimated = { inputTokens: 0, outputTokens: 0 };
  readonly #actual = { inputTokens: 0, outputTokens: 0 };
  #calls = 0;
  #refused = 0;
  #overloaded = 0;
  #pausedMs = 0;
  #inFlight = 0;
  /** What calls in flight have reserved. */
  reserved: Cost = {};

  get sum(): LaneTotals {
    return {
      calls: this.#calls,
      refused: this.#refused,
      overloaded: this.#overloaded,
      pausedMs: this.#pausedMs,
      estimated: { ...this.#estimated },
      actual: { ...this.#actual },
    };
  }

  /** Calls that were let through and have not ended. */
  get inFlight(): number {
    return this.#inFlight;
  }

  started(cost: Cost): void {
    this.#calls++;
    this.#inFlight++;
    this.reserved = plus(this.reserved, cost);
  }

  ended(cost: Cost): void {
    this.#inFlight--;
    this.reserved = minus(this.reserved, cost);
  }

  refused(kind: 'refused' | 'overloaded'): void {
    if (kind === 'refused') this.#refused++;
    else this.#overloaded++;
  }

  used(estimated: TokenEstimate, actual: Usage): void {
    add(this.#estimated, estimated);
    add(this.#actual, actual);
  }

  paused(forMs: number): void {
    this.#pausedMs += forMs;
  }
}

function add(sum: { inputTokens: number; outputTokens: number }, more: TokenEstimate): void {
  sum.inputTokens += more.inputTokens;
  sum.outputTokens += more.outputTokens;
}
