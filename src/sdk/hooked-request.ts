import type { Request } from '../model/call.ts';
import type { Attempt } from './attempt.ts';
import type { UsageQuestion } from './usage-habits.ts';

/** One attempt of a client, as its hook sees it. */
export interface HookedRequest extends Request {
  readonly signal: AbortSignal | undefined;
  readonly mayRetry: boolean;
  readonly question: UsageQuestion | undefined;
  /** 1 for the first. */
  readonly attempt: number;
  /** Its name in events: that of its call. */
  readonly callId: string;
  /** Its body can't be changed: its output isn't lowered. */
  readonly isFixed?: boolean | undefined;
  /** Its maximum was filled in by a client: to a budget it is none. */
  readonly setsNoMaximum?: boolean | undefined;
}

/** What came before an attempt. */
export interface Before {
  /** The attempt that this one repeats. */
  readonly earlier: Attempt | undefined;
  /** The call's attempt before, if that was refused: also where the SDK sends it again. */
  readonly previous: Attempt | undefined;
}

export const NOTHING_BEFORE: Before = { earlier: undefined, previous: undefined };
