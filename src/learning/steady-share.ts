/** A change in others' share of a limit that is told. */
const TOLD_SHARE = 0.2;
/** It must have lasted for so long: single readings are off by what is in flight. */
const LASTING_MS = 5000;

/** The share of a limit that others use, as it is told: what merely flickers doesn't count. */
export class SteadyShare {
  #told = 0;
  #differsSince: number | undefined;

  get told(): number {
    return this.#told;
  }

  /** Takes note of the share as it is measured now. Returns whether it should be told. */
  isNews(share: number, now: number): boolean {
    if (Math.abs(share - this.#told) < TOLD_SHARE) {
      this.#differsSince = undefined;
      return false;
    }
    this.#differsSince ??= now;
    if (now - this.#differsSince < LASTING_MS) return false;
    this.#told = share;
    this.#differsSince = undefined;
    return true;
  }
}
