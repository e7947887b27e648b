/** What was counted fades within a quarter of an hour, however few calls came since. */
const FORGOTTEN_MS = 900_000;

/** Calls that were answered, and those of them that were refused: older ones count less. */
export interface RefusalShare {
  calls: number;
  refused: number;
  /** When the last one was counted. */
  at: number;
}

export function newRefusalShare(now: number): RefusalShare {
  return { calls: 0, refused: 0, at: now };
}

/** Counts a call. Each one weighs `fading` times as much as the next one. */
export function countCall(
  share: RefusalShare,
  isRefused: boolean,
  fading: number,
  now: number,
): void {
  const fade = fading * Math.exp(-Math.max(0, now - share.at) / FORGOTTEN_MS);
  share.calls = fade * share.calls + 1;
  share.refused = fade * share.refused + (isRefused ? 1 : 0);
  share.at = now;
}

/** The share of the calls that was refused; 0 where none was counted. */
export function shareOf({ calls, refused }: RefusalShare): number {
  return calls === 0 ? 0 : refused / calls;
}

/**
 * The largest share of refused calls that may still come by chance: `least` where none are known to be
 * refused so; where `expected` of the calls are, that much more, though a third of the others must pass.
 */
export function mostByChance(least: number, expected: number): number {
  return Math.max(least, Math.min(least + expected, 1 - (1 - expected) / 3));
}
