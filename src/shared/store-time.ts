interface Sample {
  readonly offsetMs: number;
  readonly roundTripMs: number;
  readonly takenAt: number;
}

/** Clocks drift by some milliseconds an hour: an old sample is worth less than a new one. */
const SAMPLE_LASTS_MS = 60_000;

/**
 * The store's time, by this process's own clock. An answer was given at some moment between asking
 * and hearing; the error is at most half the round trip (Cristian, 1989), so the fastest answer counts.
 */
export class StoreTime {
  #best: Sample | undefined;

  /** The store has answered with its time. */
  learn(sentAt: number, heardAt: number, storeNow: number): void {
    const roundTripMs = heardAt - sentAt;
    const offsetMs = storeNow - (sentAt + heardAt) / 2;
    const best = this.#best;
    const isBetter =
      best === undefined ||
      roundTripMs <= best.roundTripMs ||
      heardAt - best.takenAt > SAMPLE_LASTS_MS ||
      // Another server answers, or a clock was set.
      Math.abs(offsetMs - best.offsetMs) > (roundTripMs + best.roundTripMs) / 2 + 1;
    if (isBetter) this.#best = { offsetMs, roundTripMs, takenAt: heardAt };
  }

  /** How long the fastest answer took. */
  get roundTripMs(): number {
    return this.#best?.roundTripMs ?? 0;
  }

  /** The latest that the store's time may be at `at`. */
  latest(at: number): number {
    return this.of(at) + this.roundTripMs / 2;
  }

  /** The store's time at `at`; `at` itself before any answer. */
  of(at: number): number {
    return Math.round((at + (this.#best?.offsetMs ?? 0)) * 1000) / 1000;
  }
}
