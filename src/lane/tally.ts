import type { TokenEstimate, Usage } from '../model/usage.ts';
import { type LaneTotals, NO_TOTALS, withUse } from './lane-snapshot.ts';

/** How much the last call says of how long calls are in flight. */
const FLIGHT_WEIGHT = 0.05;

/** What a lane counts: its calls, and what has become of them. */
export class Tally {
  #totals = NO_TOTALS;
  #inFlight = 0;
  #flights = 0;
  #flightMs = 0;

  get totals(): LaneTotals {
    return this.#totals;
  }

  /** Calls that were let through and have not ended. (The queue learns of an end a moment later.) */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** How long calls are in flight: the mean of about the last twenty; 0 where none has ended. */
  get flightMs(): number {
    return this.#flightMs;
  }

  /** Whether a call has ended yet. */
  get hasFlown(): boolean {
    return this.#flights > 0;
  }

  sent(): void {
    this.#totals = { ...this.#totals, calls: this.#totals.calls + 1 };
    this.#inFlight++;
  }

  /** A call has ended that was in flight for so long. */
  ended(flightMs: number): void {
    this.#inFlight--;
    const weight = Math.max(FLIGHT_WEIGHT, 1 / ++this.#flights);
    this.#flightMs += weight * (flightMs - this.#flightMs);
  }

  refused(kind: 'refused' | 'overloaded'): void {
    this.#totals = { ...this.#totals, [kind]: this.#totals[kind] + 1 };
  }

  used(estimated: TokenEstimate, actual: Usage): void {
    this.#totals = withUse(this.#totals, estimated, actual);
  }

  paused(forMs: number): void {
    this.#totals = { ...this.#totals, pausedMs: this.#totals.pausedMs + forMs };
  }
}
