import type { TokenEstimate, Usage } from '../model/usage.ts';
import type { GrantedCall } from '../rules/ticket.ts';
import type { LaneTotals } from './lane-snapshot.ts';

/** What a lane counts in this process: its calls, and what has become of them. */
export class Totals {
  readonly #estimated = { inputTokens: 0, outputTokens: 0 };
  readonly #actual = { inputTokens: 0, outputTokens: 0 };
  #calls = 0;
  #refused = 0;
  #overloaded = 0;
  #pausedMs = 0;
  /** Calls that were let through and have not ended. */
  readonly underway: Set<GrantedCall> = new Set();

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

  get inFlight(): number {
    return this.underway.size;
  }

  started(call: GrantedCall): void {
    this.#calls++;
    this.underway.add(call);
  }

  ended(call: GrantedCall): void {
    this.underway.delete(call);
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
