import type { Dimension } from '../../model/limits.ts';
import type { PauseCause, Stated } from '../../model/refusal.ts';

/** What a refusal says besides its kind. */
export interface RefusalWords {
  readonly dimension?: Dimension | 'concurrency' | undefined;
  readonly stated?: Stated | undefined;
  /** The same call was refused before: one call is one witness, however often it is sent. */
  readonly isRepeat?: boolean | undefined;
}

/** Refusals in a row, which one pause answers. */
export interface RefusalEpisode {
  readonly cause: PauseCause;
  readonly since: number;
  /** What calls were refused for, where that was said. */
  readonly dimension: Dimension | 'concurrency' | undefined;
  /** What a limit that the refusal stated was the cause of says nothing else. */
  isExplained: boolean;
  /** Calls in flight as it began, those included that are refused in it. */
  readonly inFlight: number;
  refusals: number;
}
