import type { BudgetReservation } from '../budget/budget-reservation.ts';
import type { CallLimiter } from '../call-limiter.ts';
import type { Clock } from '../clock.ts';
import type { Lane } from '../lane/lane.ts';
import type { Call } from '../model/call.ts';
import type { Usage } from '../model/usage.ts';
import type { Provider } from '../providers/provider.ts';
import type { Estimated } from '../tokens/calibration/call-estimate.ts';
import type { UsageQuestion } from './usage-habits.ts';

/** What an attempt needs to know of its call. */
export interface AttemptContext {
  readonly lane: Lane;
  readonly provider: Provider;
  readonly call: Call;
  readonly path: string;
  readonly estimate: Estimated;
  /** The call's reservation in the budget. */
  readonly budget: BudgetReservation;
  readonly key: string | undefined;
  /** Whether the caller allows retries and the body can be sent again. */
  readonly mayRetry: boolean;
  /** Whether we ask for the stream's usage although the caller doesn't: then its chunk is hidden. */
  readonly question: UsageQuestion | undefined;
  /** A refused call is sent again for this long after its first refusal. */
  readonly maxPauseMs: number;
  readonly clock: Clock;
  /** Loads what reads refusals. */
  readonly limiter: Pick<CallLimiter, 'loaded'>;
  /** What that much of the call's model costs, in US dollars, where it has a price. */
  readonly usdOf: (usage: Usage) => number | undefined;
}
