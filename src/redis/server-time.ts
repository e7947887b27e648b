interface Sample {
  readonly offsetMs: number;
  readonly roundTripMs: number;
  readonly takenAt: number;
}

/** Clocks drift by some milliseconds an hour: an old sample is worth less than a new one. */
const SAMPLE_LASTS_MS = 60_000;

/**
 * What the server's clock says, by this process's own. An answer was given somewhere between asking
 * and hearing it: the faster it came, the better that is known (Cristian, 1989: by half the round
 * trip). So a time that was noted here means the same to all, however long it takes to be told.
 */
export class ServerTime {
  #best: Sample | undefined;

  /** The server has answered with its time. */
  learn(sentAt: number, heardAt: number, serverNow: number): void {
    const roundTripMs = heardAt - sentAt;
    const offsetMs = serverNow - (sentAt + heardAt) / 2;
    const best = this.#best;
    const isBetter =
      best === undefined ||
      roundTripMs <= best.roundTripMs ||
      heardAt - best.takenAt > SAMPLE_LASTS_MS ||
      // Another server answers, or a clock was set.
      Math.abs(offsetMs - best.offsetMs) > (roundTripMs + best.roundTripMs) / 2 + 1;
    if (isBetter) this.#best = { offsetMs, roundTripMs, takenAt: heardAt };
  }

  /** A time of this process in the server's, to the microsecond; `undefined` before any answer. */
  of(at: number): number | undefined {
    return this.#best && Math.round((at + this.#best.offsetMs) * 1000) / 1000;
  }
}
