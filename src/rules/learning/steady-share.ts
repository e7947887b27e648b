/** A change in others' share of a limit that is told. */
const TOLD_SHARE = 0.2;
/** It must have lasted for so long: single readings are off by what is in flight. */
const LASTING_MS = 5000;

/** The share of a limit that others use, as it is told: what merely flickers doesn't count. */
export interface SteadyShare {
  told: number;
  /** Since when the measured share is another one. */
  differsSince: number | undefined;
}

export function newSteadyShare(): SteadyShare {
  return { told: 0, differsSince: undefined };
}

/** Takes note of the share as it is measured now. Returns whether it should be told. */
export function isNews(steady: SteadyShare, share: number, now: number): boolean {
  if (Math.abs(share - steady.told) < TOLD_SHARE) {
    steady.differsSince = undefined;
    return false;
  }
  steady.differsSince ??= now;
  if (now - steady.differsSince < LASTING_MS) return false;
  steady.told = share;
  steady.differsSince = undefined;
  return true;
}
