import { type Cost, minus, plus } from '../model/limits.ts';
import type { TokenEstimate, Usage } from '../model/usage.ts';
import { type LaneTotals, NO_TOTALS } from './lane-snapshot.ts';

/** What a lane counts in this process: its calls, and what has become of them. */
export class Totals {
  #sum = NO_TOTALS;
  #inFlight = 0;
  /** What calls in flight have reserved. */
  reserved: Cost = {};

  get sum(): LaneTotals {
    return this.#sum;
  }

  /** Calls that were let through and have not ended. */
  get inFlight(): number {
    return this.#inFlight;
  }

  started(cost: Cost): void {
    this.#add('calls');
    this.#inFlight++;
    this.reserved = plus(this.reserved, cost);
  }

  ended(cost: Cost): void {
    this.#inFlight--;
    this.reserved = minus(this.reserved, cost);
  }

  refused(kind: 'refused' | 'overloaded'): void {
    this.#add(kind);
  }

  used(estimated: TokenEstimate, actual: Usage): void {
    this.#sum = {
      ...this.#sum,
      estimated: sum(this.#sum.estimated, estimated),
      actual: sum(this.#sum.actual, actual),
    };
  }

  paused(forMs: number): void {
    this.#add('pausedMs', forMs);
  }

  #add(name: 'calls' | 'refused' | 'overloaded' | 'pausedMs', more = 1): void {
    this.#sum = { ...this.#sum, [name]: this.#sum[name] + more };
  }
}

function sum(one: TokenEstimate, other: TokenEstimate): TokenEstimate {
  return {
    inputTokens: one.inputTokens + other.inputTokens,
    outputTokens: one.outputTokens + other.outputTokens,
  };
}
