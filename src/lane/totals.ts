import type { TokenEstimate, Usage } from '../model/usage.ts';
import { type LaneTotals, NO_TOTALS, withUse } from './lane-snapshot.ts';

/** What a lane counts in this process: its calls, and what has become of them. */
export class Totals {
  #sum = NO_TOTALS;
  #inFlight = 0;

  get sum(): LaneTotals {
    return this.#sum;
  }

  /** Calls that were let through and have not ended. */
  get inFlight(): number {
    return this.#inFlight;
  }

  started(): void {
    this.#sum = { ...this.#sum, calls: this.#sum.calls + 1 };
    this.#inFlight++;
  }

  ended(): void {
    this.#inFlight--;
  }

  refused(kind: 'refused' | 'overloaded'): void {
    this.#sum = { ...this.#sum, [kind]: this.#sum[kind] + 1 };
  }

  used(estimated: TokenEstimate, actual: Usage): void {
    this.#sum = withUse(this.#sum, estimated, actual);
  }

  paused(forMs: number): void {
    this.#sum = { ...this.#sum, pausedMs: this.#sum.pausedMs + forMs };
  }
}
