import type { MeteredLimit } from './metered-limit.ts';

/** When a limit of more than a minute is unused again, as far as the provider has shown. */
export interface Renewal {
  /** As the last response says; infinite where it doesn't. */
  resetAt: number;
  /** What was taken since that response, in the limit's unit. */
  taken: number;
  /** When a call that passed has last shown that it was unused again. */
  renewedAt: number;
  /**
   * Only refusals state the limit, and the last one is long ago, or headers show it in vain: one call
   * at a time may exceed it.
   */
  mayExceed: boolean;
  /** What was given of the same limit, which is never exceeded; infinite where nothing was. */
  given: number;
}

export function newRenewal({ source, max }: MeteredLimit): Renewal {
  const given = source === 'given' ? max : Number.POSITIVE_INFINITY;
  const never = { resetAt: Number.POSITIVE_INFINITY, renewedAt: Number.NEGATIVE_INFINITY };
  return { ...never, taken: 0, mayExceed: false, given };
}
